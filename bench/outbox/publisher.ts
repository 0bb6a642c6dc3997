import { waitFor } from '#platform/testing/wait-for.ts';
import { startProcess, type TestProcess } from '../../e2e/engines/process.ts';
import type { Environment } from './environment.ts';

/** Starts the publisher as it runs in production; resolves when it has claimed all buckets. */
export const startPublisher = async (environment: Environment): Promise<TestProcess> => {
  const publisher = startProcess({
    name: 'outbox-publisher',
    entry: 'services/outbox-publisher/main.ts',
    env: {
      DATABASE_URL: environment.urlFor('publisher'),
      KAFKA_BROKERS: environment.brokers,
      OUTBOX_SOURCES: 'loms',
      HTTP_PORT: '0',
    },
  });
  await publisher.waitForLine((line) => line.includes('claimed buckets'));
  return publisher;
};

export const waitUntilSent = (environment: Environment, timeoutMs: number) =>
  waitFor(
    async () => {
      const unsent = 'SELECT FROM loms.outbox WHERE sent_at IS NULL LIMIT 1';
      return (await environment.query(unsent)).length === 0;
    },
    { what: 'all rows to be sent', timeoutMs, intervalMs: 50 },
  );
