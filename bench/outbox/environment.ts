import { join } from 'node:path';
import { startKafka } from '../../deploy/local/kafka.ts';
import { createKafka, type Kafka } from '#platform/messaging/kafka/client.ts';
import { createLogger } from '#platform/base/logger.ts';
import { findFreePort } from '../../testing/free-port.ts';
import { openPostgres, type BenchPostgres } from '../postgres.ts';
import { openTopics } from './topics.ts';

export const logger = createLogger({ service: 'bench', level: 'silent', format: 'json' });

/** A Postgres and a Kafka for the benchmark alone. */
export interface Environment extends Omit<BenchPostgres, 'folder'> {
  kafkaPid: number;
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
}

export interface EnvironmentOptions {
  /** Settings of Postgres that a peer needs. */
  postgresSettings?: Readonly<Record<string, string>>;
}

export const openEnvironment = async ({
  postgresSettings = {},
}: EnvironmentOptions = {}): Promise<Environment> => {
  const { folder, ...postgres } = await openPostgres(postgresSettings);
  const broker = await startKafka({
    dataDir: join(folder, 'kafka'),
    port: await findFreePort(),
    controllerPort: await findFreePort(),
    logFile: join(folder, 'kafka.log'),
    say: console.log,
  });
  const { brokers } = broker;
  const client = { clientId: 'bench', logger, requestTimeoutMs: 10_000 };
  const kafka = createKafka({ ...client, brokers: [brokers] });
  const topics = await openTopics(kafka, join(folder, 'topics.yaml'));
  return {
    ...postgres,
    kafkaPid: broker.pid,
    brokers,
    kafka,
    topicsFile: topics.file,
    newTopic: () => topics.create(),
    countMessages: (topic) => topics.countMessages(topic),
    close: async () => {
      await topics.close();
      await broker.stop();
      await postgres.close();
    },
  };
};
