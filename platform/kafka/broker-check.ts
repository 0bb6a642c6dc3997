import type { Admin, Kafka } from 'kafkajs';

export interface BrokerCheck {
  /** Resolves when a broker answers a metadata request; rejects when none does. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** For readiness: asks over one connection that is kept, and made anew after a failure. */
export const createBrokerCheck = (kafka: Kafka): BrokerCheck => {
  let admin: Admin | undefined;
  const drop = async (failed: Admin) => {
    if (admin === failed) admin = undefined;
    await failed.disconnect().catch(() => undefined);
  };
  return {
    check: async () => {
      const asking = (admin ??= kafka.admin({ retry: { retries: 0 } }));
      try {
        // connecting again is nothing to do for one that is connected
        await asking.connect();
        await asking.describeCluster();
      } catch (error) {
        void drop(asking);
        throw error;
      }
    },
    close: async () => {
      if (admin) await drop(admin);
    },
  };
};
