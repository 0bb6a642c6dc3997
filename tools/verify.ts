// `make verify`: checks that every event of every outbox is in Kafka, in order. It may run at any time while the
// system runs.
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { loadSettings } from '../deploy/local/settings.ts';
import { outboxSources } from '../deploy/services.ts';
import { loadTopics, type Topic } from '#platform/messaging/topics.ts';
import { compareWithOutbox, type Comparison } from '../testing/checker/compare.ts';
import { formatTable } from './demo/table.ts';

const help = `node tools/verify.ts [--source NAME] [--topic NAME] [--database URL] [--brokers HOST:PORT,…]

Follows the sequences of every key from the beginning of a topic and holds them against the outbox.
All topics that are published, each with every outbox from which it is; or those of one source, or one.
Addresses: by default those of make up.
Exit code 0: nothing lost, nothing out of order, nothing made up; 1: something is; 2: could not be checked.`;

const settings = loadSettings(process.env);
const options = {
  source: { type: 'string' },
  topic: { type: 'string' },
  database: {
    type: 'string',
    default:
      settings.DATABASE_URL ??
      `postgres://postgres:postgres@127.0.0.1:${settings.POSTGRES_PORT}/inorder`,
  },
  brokers: {
    type: 'string',
    default: settings.KAFKA_BROKERS ?? `127.0.0.1:${settings.KAFKA_PORT}`,
  },
  help: { type: 'boolean', short: 'h' },
} as const;

const read = () => {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${help}`);
    process.exit(2);
  }
};

type Values = ReturnType<typeof read>;

const rowsOf = (name: string, found: Comparison): [string, string | number][] => [
  [name, ''],
  ['  rows in the outbox', found.expected],
  ['  events in Kafka', found.events],
  ['  delivered again', found.duplicates],
  ['  not sent yet', found.unsent],
  ['  failed', found.failed],
  ['  discarded', found.discarded],
  ['  lost', found.lost],
  ['  out of order', found.violations.length],
  ['  not from the outbox', found.foreign],
  ['  deleted by retention', found.deleted],
  ['  parts nobody can read', found.unreadable.length],
];

/** A topic with one of the outboxes from which it is published, and the others. */
interface Published {
  topic: Topic;
  source: string;
  others: readonly string[];
}

const choosePublished = async ({ source, topic, database }: Values): Promise<Published[]> => {
  const { topics } = await loadTopics('deploy/topics.yaml');
  const published: Published[] = [];
  for (const each of topics.filter(({ publish }) => publish !== undefined)) {
    const sources = await findSources(database, each);
    for (const one of sources)
      published.push({
        topic: each,
        source: one,
        others: sources.filter((other) => other !== one),
      });
  }
  const wanted = published.filter(
    (one) => one.topic.name === (topic ?? one.topic.name) && one.source === (source ?? one.source),
  );
  if (wanted.length > 0) return wanted;
  const names = published.map((one) => `${one.topic.name} from ${one.source}`).join(', ');
  throw new Error(`no such topic is published from such an outbox; there are ${names}`);
};

/** The outbox of the topic's owner, and those of other services that have written events of it. */
const findSources = async (databaseUrl: string, { name, owner }: Topic): Promise<string[]> => {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const found = [owner];
    for (const source of outboxSources.filter((each) => each !== owner)) {
      const outbox = `${client.escapeIdentifier(source)}.outbox`;
      const { rowCount } = await client.query(`SELECT FROM ${outbox} WHERE topic = $1 LIMIT 1`, [
        name,
      ]);
      if (rowCount === 1) found.push(source);
    }
    return found;
  } finally {
    await client.end();
  }
};

const isFlawless = ({ lost, foreign, violations, unreadable }: Comparison): boolean =>
  lost === 0 && foreign === 0 && violations.length === 0 && unreadable.length === 0;

const check = async (values: Values): Promise<boolean> => {
  const { database: databaseUrl, brokers } = values;
  let isFine = true;
  for (const { topic, source, others } of await choosePublished(values)) {
    const found = await compareWithOutbox({
      ...{ databaseUrl, brokers, source, others },
      topic: topic.name,
      failedMayBePassed: topic.publish?.kind !== 'default',
    });
    console.log(`${formatTable(rowsOf(`${topic.name} from ${source}`, found))}\n`);
    for (const violation of found.violations.slice(0, 10)) console.log(`  ! ${violation}`);
    for (const { partition, from, to, cause } of found.unreadable.slice(0, 10))
      console.log(`  ! partition ${partition}, offsets ${from} to ${to - 1n}: ${cause}`);
    isFine &&= isFlawless(found);
  }
  return isFine;
};

const values = read();
if (values.help) {
  console.log(help);
} else {
  try {
    const isFine = await check(values);
    console.log(isFine ? 'Nothing lost, nothing out of order.' : 'Something is off: see above.');
    process.exitCode = isFine ? 0 : 1;
  } catch (error) {
    console.error(`Could not be checked: ${(error as Error).message}`);
    process.exitCode = 2;
  }
}
