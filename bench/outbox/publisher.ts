import { startProcess, type TestProcess } from '../../testing/engines/process.ts';
import type { Environment } from './environment.ts';

/** Starts the publisher as in production; resolves when it has claimed all buckets. */
export const startPublisher = async (
  environment: Environment,
  settings: Record<string, string> = {},
): Promise<TestProcess> => {
  const publisher = startProcess({
    name: 'outbox-publisher',
    entry: 'services/outbox-publisher/main.ts',
    env: {
      DATABASE_URL: environment.urlFor('publisher'),
      KAFKA_BROKERS: environment.brokers,
      TOPICS_FILE: environment.topicsFile,
      OUTBOX_SOURCES: 'loms',
      HTTP_PORT: '0',
      ...settings,
    },
  });
  await publisher.waitForLine((line) => line.includes('claimed buckets'));
  return publisher;
};
