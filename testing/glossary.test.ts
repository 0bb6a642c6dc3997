import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '../deploy/folders.ts';
import { services } from '../deploy/services.ts';

// Words in names that need no line in the glossary, because every engineer understands them as they are meant here.
const plainEnglish = new Set(
  `a action affected after age airline amount answer arguments as assembled assigned at authorized available
   before booking bool by bytes call called can cancel cancelled capacity card categories category causation changed
   changes client cm code completed consumed content correlation count countries country courier create created
   credit csv customer date day days deadline departs departure description destination differs dimensions done
   double dropped duration earlier end engine entries entry error expired expires export fact facts failed
   failures filter flight form format from fuel get has hash height id ids in include info int64 inventory
   investor is issue issued item items joined jsonl kafka kg kind label labels last latency later length limit
   line lines list manufacturer max message messages metadata method minutes missing money more moved n name
   names next notification occurred of oldest on operator origin outcome paid pay payload payment payments pending
   porthole previous price processing producer progress quantity quote quotes reason refund refunded refunds
   refused reject rejected request response result retries rows rule rules run sales sample says sbp seat seats
   sec seconds seen sent service show shown since size skip skipped sold started state status step steps string
   stuck tags taken ticket tickets time timestamp to topic topics total tried type unavailable unspecified until
   updated user valid value version voided waiting website weight width wing without write
   again cause compare compared difference differences edited first group groups ignore ignored newest owed through whole
   address committed ended find found host known leader observed per problem problems second series text title unknown
   lifecycle lifecycles overdue system who why raw subject subjects compatibility breaking
   acquire check connects connection database expected incompatible lost ok open ready unowned unsent`.split(
    /\s+/,
  ),
);

const read = (patterns: readonly string[]): string[] =>
  patterns
    .flatMap((pattern) => globSync(pattern, { cwd: checkout }))
    .filter((path) => !path.includes('node_modules') && !path.endsWith('.test.ts'))
    .map((path) => readFileSync(join(checkout, path), 'utf8'));

const namesIn = (texts: readonly string[], pattern: RegExp): string[] =>
  texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name = '']) => name));

const protoNames = (): string[] => {
  const protos = read(['proto/*/v1/*.proto']).map((text) => text.replaceAll(/\/\/.*/g, ''));
  return [
    ...namesIn(protos, /\b(?:message|rpc|enum|service|oneof)\s+(\w+)/g),
    ...namesIn(protos, /(\w+)\s*=\s*\d+\s*[;[]/g),
  ];
};

const tableNames = (): string[] => {
  const migrations = read(['services/*/store/migrations/*.sql']);
  const bodies = namesIn(migrations, /CREATE TABLE "\w+"\."\w+" \(([^;]*)/g);
  return [
    ...namesIn(migrations, /CREATE TABLE "\w+"\."(\w+)"/g),
    ...namesIn(bodies, /^\s*"(\w+)"/gm),
    ...namesIn(migrations, /ADD COLUMN (?:IF NOT EXISTS )?"(\w+)"/g),
  ];
};

/** Names and labels of metrics: every snake-case word in the code that creates metrics. */
const metricNames = (): string[] =>
  namesIn(
    read(['platform/**/*.ts', 'services/**/*.ts']).filter((text) => text.includes("'prom-client'")),
    /'([a-z]+(?:_[a-z]+)+)'/g,
  );

interface Entry {
  terms: string;
  where: string;
}

const entries = (): Entry[] =>
  [
    ...readFileSync(join(checkout, 'docs/glossary.md'), 'utf8').matchAll(
      /^\| (.+?) +\| .+ \| (.+) \|$/gm,
    ),
  ]
    .map(([, terms = '', where = '']) => ({ terms, where }))
    .filter(({ where }) => where.includes('`'));

const wordsOf = (name: string): string[] =>
  (name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+/g) ?? []).map((word) => word.toLowerCase());

/** The word itself, and its singular in case it is a plural. */
const formsOf = (word: string): string[] => [word, word.replace(/s$/, '')];

test.each([
  ['protos', protoNames, 200],
  ['tables', tableNames, 100],
  ['metrics', metricNames, 30],
])('each word in the names of %s is in the glossary or plain English', (_where, names, least) => {
  const found = [...new Set(names())];
  // a pattern that no longer matches anything would prove nothing
  expect(found.length).toBeGreaterThan(least);
  const known = new Set(entries().flatMap(({ terms }) => wordsOf(terms)));
  for (const { name } of services) known.add(name);
  const isKnown = (word: string) =>
    formsOf(word).some((form) => known.has(form) || plainEnglish.has(form));
  expect(found.filter((name) => !wordsOf(name).every(isKnown))).toEqual([]);
});

test('whatever the glossary says that a word is found in is in the tree', () => {
  const tree = read(['proto/*/v1/*.proto', '{platform,services,deploy}/**/*.{ts,sql,yaml}']).join(
    '\n',
  );
  const isThere = (name: string) => tree.includes(name) || tree.includes(name.replace('.', '"."'));
  const missing = entries().flatMap(({ where }) =>
    namesIn([where], /`([^`]+)`/g).filter((name) => !isThere(name)),
  );
  expect(entries().length).toBeGreaterThan(60);
  expect(missing).toEqual([]);
});
