import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceManifest } from '#platform/base/manifest.ts';
import { openConnection } from '#platform/database/connection.ts';
import { databaseWords } from '#platform/database/errors.ts';
import { identifier } from '#platform/database/identifier.ts';
import type { Kafka } from '#platform/messaging/kafka/client.ts';
import { loadTopics, topicOf } from '#platform/messaging/topics.ts';
import { checkout } from '../folders.ts';
import { outboxSources } from '../services.ts';

export interface Engines {
  /** The database, as the role of the service; absent for a service without tables. */
  readonly url?: string | undefined;
  /** Absent for a service that does not use Kafka. */
  readonly kafka?: Kafka | undefined;
}

/**
 * Returns what init steps still owe a service, a sentence each: the migrations of this version, the outboxes and the
 * topics that it works on. An engine that cannot be asked is owed, too.
 */
export const missingOf = async (
  service: Pick<ServiceManifest, 'name' | 'schema' | 'outboxesSetting' | 'consumers'>,
  { url, kafka }: Engines,
): Promise<string[]> => [
  ...(url === undefined ? [] : await missingTables(service, url)),
  ...(kafka === undefined ? [] : await missingTopics(service, kafka)),
];

const missingTables = async (
  { name, schema = '', outboxesSetting }: Parameters<typeof missingOf>[0],
  url: string,
): Promise<string[]> => {
  const wanted = await newestMigration(name);
  try {
    const client = await openConnection({ url, applicationName: schema, queryTimeoutMs: 5_000 });
    try {
      const isThere = await client.query("SELECT to_regclass($1 || '.migrations') AS it", [schema]);
      if ((isThere.rows[0] as { it: unknown }).it === null) return [`schema ${schema} is not made`];
      const { rows } = await client.query(
        `SELECT coalesce(max(created_at), 0)::float8 AS newest FROM ${identifier(schema)}.migrations`,
      );
      const { newest } = rows[0] as { newest: number };
      if (newest < wanted) return [`schema ${schema} lacks the migrations of this version`];
      if (outboxesSetting === undefined) return [];
      const { rows: outboxes } = await client.query(
        "SELECT relnamespace::regnamespace::text AS schema FROM pg_class WHERE relname = 'outbox'",
      );
      const made = new Set((outboxes as { schema: string }[]).map((row) => row.schema));
      return outboxSources
        .filter((source) => !made.has(identifier(source)) && !made.has(source))
        .map((source) => `schema ${source} has no outbox`);
    } finally {
      await client.end();
    }
  } catch (error) {
    return [`the database cannot be asked (${databaseWords(error)})`];
  }
};

/** When the newest migration was written that this version knows; the table of migrations names it by that. */
const newestMigration = async (service: string): Promise<number> => {
  const journal = join(checkout, 'services', service, 'store/migrations/meta/_journal.json');
  const { entries } = JSON.parse(await readFile(journal, 'utf8')) as {
    entries: { when: number }[];
  };
  return Math.max(...entries.map(({ when }) => when));
};

const missingTopics = async (
  { consumers = [] }: Parameters<typeof missingOf>[0],
  kafka: Kafka,
): Promise<string[]> => {
  const { topics } = await loadTopics(join(checkout, 'deploy/topics.yaml'));
  // Who consumes nothing works on all of them.
  const wanted =
    consumers.length > 0
      ? consumers.map(({ event }) => topicOf(event))
      : topics.map(({ name }) => name);
  const admin = kafka.admin();
  try {
    await admin.connect();
    const there = new Set(await admin.listTopics());
    return wanted.filter((topic) => !there.has(topic)).map((topic) => `no topic ${topic}`);
  } catch {
    return ['no broker answers'];
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
};
