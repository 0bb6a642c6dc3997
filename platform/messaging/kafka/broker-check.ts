import type { Admin, Kafka } from 'kafkajs';
import { settledWithin } from './within.ts';

export interface BrokerCheck {
  /** Resolves when a broker answers a metadata request; rejects when none does. */
  check(): Promise<void>;
  close(): Promise<void>;
}

const patienceMs = 500;

/**
 * For readiness: asks over one connection that is kept, and reopened after a failure. When its broker is slow
 * or does not answer, the check succeeds if any other broker does.
 */
export const createBrokerCheck = (
  kafka: Kafka,
  isAnyThere: () => Promise<boolean> = () => Promise.resolve(false),
): BrokerCheck => {
  let admin: Admin | undefined;
  const drop = async (failed: Admin) => {
    if (admin === failed) admin = undefined;
    await failed.disconnect().catch(() => undefined);
  };
  const ask = async () => {
    const asking = (admin ??= kafka.admin({ retry: { retries: 0 } }));
    try {
      // This does nothing when the client is connected already.
      await asking.connect();
      await asking.describeCluster();
    } catch (error) {
      void drop(asking);
      throw error;
    }
  };
  return {
    check: async () => {
      const asking = ask();
      const isQuick = await settledWithin(asking, patienceMs);
      if (!isQuick && (await isAnyThere())) return;
      await asking.catch(async (error: unknown) => {
        if (!(await isAnyThere())) throw error;
      });
    },
    close: async () => {
      if (admin) await drop(admin);
    },
  };
};
