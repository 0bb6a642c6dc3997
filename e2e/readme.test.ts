import { readdirSync, readFileSync } from 'node:fs';
import { readServiceFacts, type ServiceFacts } from '../testing/readme/service-facts.ts';

const headings = ['Job', 'RPCs', 'Events in/out', 'Tables', 'Settings', 'When it fails'];

const services = readdirSync('services', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

const sectionsOf = (text: string): Map<string, string> =>
  new Map(
    text
      .split(/^## /m)
      .slice(1)
      .map((section): [string, string] => {
        const end = section.indexOf('\n');
        return [section.slice(0, end).trim(), section.slice(end)];
      }),
  );

/** The words in backticks; one pair may contain several words. */
const quoted = (text: string): string[] =>
  [...text.matchAll(/`([^`\n]+)`/g)].flatMap(([, words = '']) => [words, ...words.split(/[\s,]+/)]);

const missingIn = (text: string, words: readonly string[]): string[] => {
  const said = new Set(quoted(text));
  return words.filter((word) => !said.has(word));
};

/** The rows of a Markdown table that are about relays, without the spaces that align its columns. */
const rowsAboutRelays = (path: string): string[] => {
  const [, table = ''] = /^(\| relay .*(?:\n\|.*)*)/m.exec(readFileSync(path, 'utf8')) ?? [];
  const rows = table.split('\n').filter((row) => !/^[|\s-]*$/.test(row));
  return rows.map((row) => row.replaceAll(/\s+/g, ' '));
};

test('the README says of other relays what was measured', () => {
  const rows = rowsAboutRelays('README.md');
  expect(rows.length).toBeGreaterThan(3);
  expect(rows).toEqual(rowsAboutRelays('bench/results/peers.md'));
});

test('there are services', () => {
  expect(services).toContain('loms');
});

describe.each(services)('The README of %s', (service) => {
  let text: string;
  let sections: Map<string, string>;
  let facts: ServiceFacts;

  beforeAll(async () => {
    text = readFileSync(`services/${service}/README.md`, 'utf8');
    sections = sectionsOf(text);
    facts = await readServiceFacts(service);
  });

  const section = (name: string): string => sections.get(name) ?? '';

  test('has the headings of every service, in their order', () => {
    expect([...sections.keys()]).toEqual(headings);
  });

  test('lists each RPC with its REST path', () => {
    const { rpcs, restPaths } = facts;
    expect(missingIn(section('RPCs'), [...rpcs, ...restPaths])).toEqual([]);
  });

  test("says for each RPC what it is refused with, as the API's document does", () => {
    const rows = section('RPCs').match(/^\| `\w+` .*/gm) ?? [];
    const said = rows
      .map((row) => row.split('|').slice(1))
      .map(([rpc = '', , refused = '']) => [
        quoted(rpc)[0],
        [...refused.matchAll(/`([a-z]+(?:-[a-z]+)+|[A-Z]+(?:_[A-Z]+)+)`/g)]
          .map(([, reason]) => reason)
          .sort(),
      ]);
    const noted = Object.entries(facts.refusals).map(([rpc, all]) => [rpc, all.toSorted()]);
    expect(said).toEqual(noted);
  });

  test('lists the topics that it owns or names, and none that the manifest does not have', () => {
    expect(missingIn(section('Events in/out'), facts.topics)).toEqual([]);
    const topicLike = quoted(section('Events in/out')).filter((word) =>
      /^[a-z]+(\.[a-z]+)*\.[a-z]+(-[a-z]+)+$/.test(word),
    );
    expect(topicLike.filter((word) => !facts.manifestTopics.includes(word))).toEqual([]);
  });

  test('lists its tables, with or without their schema', () => {
    const bare = section('Tables').replaceAll(/`\w+\.(?=\w+`)/g, '`');
    expect(missingIn(bare, facts.tables)).toEqual([]);
  });

  test('leads to its settings, and names none that it does not have', () => {
    expect(section('Settings')).toContain(`(../../deploy/env/${service}.env.template)`);
    const named = quoted(section('Settings')).filter((word) => /^[A-Z]+(_[A-Z]+)*$/.test(word));
    expect(named.filter((word) => !['CONFIG_FILE', ...facts.settings].includes(word))).toEqual([]);
  });

  test('says each reason for which it refuses or gives up', () => {
    expect(missingIn(text, facts.reasons)).toEqual([]);
  });
});
