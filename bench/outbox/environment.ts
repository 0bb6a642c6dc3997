import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startKafka } from '../../deploy/local/kafka.ts';
import { removeDataFolder } from '../../deploy/local/postgres-files.ts';
import { startPostgres } from '../../deploy/local/postgres.ts';
import { migrateDatabase } from '../../deploy/migrate-database.ts';
import { schemaOwners } from '../../deploy/services.ts';
import { createKafka, type Kafka } from '#platform/messaging/kafka/client.ts';
import { createLogger } from '#platform/base/logger.ts';
import { findFreePort } from '../../testing/free-port.ts';
import { openTopics } from './topics.ts';

export const logger = createLogger({ service: 'bench', level: 'silent', format: 'json' });

/** A Postgres (with full durability) and a Kafka for the benchmark alone. */
export interface Environment {
  postgresPid: number;
  adminUrl: string;
  brokers: string;
  kafka: Kafka;
  /** The path of the manifest of the topics created so far, for publishers. */
  topicsFile: string;
  /**
   * Creates a topic with two partitions. Each measurement has its own, so that it can be checked from its beginning.
   */
  newTopic(): Promise<string>;
  /** Counts the messages in a topic. */
  countMessages(topic: string): Promise<number>;
  urlFor(role: string): string;
  query<Row>(text: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

export interface EnvironmentOptions {
  /** Settings of Postgres that a peer needs. */
  postgresSettings?: Readonly<Record<string, string>>;
}

export const openEnvironment = async ({
  postgresSettings = {},
}: EnvironmentOptions = {}): Promise<Environment> => {
  const folder = await mkdtemp(join(tmpdir(), 'inorder-bench-'));
  const dataDir = join(folder, 'postgres');
  const postgres = await startPostgres({
    dataDir,
    port: await findFreePort(),
    logFile: join(folder, 'postgres.log'),
    settings: postgresSettings,
  });
  const broker = await startKafka({
    dataDir: join(folder, 'kafka'),
    port: await findFreePort(),
    controllerPort: await findFreePort(),
    logFile: join(folder, 'kafka.log'),
    say: console.log,
  });
  await migrateDatabase(postgres.url, schemaOwners({}), () => undefined);
  const { brokers } = broker;
  const client = { clientId: 'bench', logger, requestTimeoutMs: 10_000 };
  const kafka = createKafka({ ...client, brokers: [brokers] });
  const topics = await openTopics(kafka, join(folder, 'topics.yaml'));
  const admin = new Client({ connectionString: postgres.url });
  await admin.connect();
  return {
    brokers,
    kafka,
    postgresPid: postgres.pid,
    adminUrl: postgres.url,
    topicsFile: topics.file,
    newTopic: () => topics.create(),
    countMessages: (topic) => topics.countMessages(topic),
    urlFor: (role) => {
      const url = new URL(postgres.url);
      url.username = role;
      url.password = role;
      return url.href;
    },
    query: async <Row>(text: string, values: unknown[] = []) =>
      (await admin.query(text, values)).rows as Row[],
    close: async () => {
      await Promise.all([admin.end(), topics.close()]);
      await Promise.all([postgres.stop(), broker.stop()]);
      await removeDataFolder(dataDir);
      await rm(folder, { recursive: true, force: true });
    },
  };
};
