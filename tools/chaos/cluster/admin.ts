import { createTestKafka } from '../../../testing/kafka-topic.ts';
import type { Stores } from '../engines.ts';

type Admin = ReturnType<ReturnType<typeof createTestKafka>['admin']>;

/** Runs an action with an admin client that bypasses the proxies. */
export const withAdmin = async <T>(
  { brokers }: Pick<Stores, 'brokers'>,
  act: (admin: Admin) => Promise<T>,
): Promise<T> => {
  const admin = createTestKafka(brokers).admin();
  await admin.connect();
  try {
    return await act(admin);
  } finally {
    await admin.disconnect();
  }
};
