import type { TestProcess } from '../../testing/engines/process.ts';
import { launchService, portOf, untilReady } from '../../testing/services/start-service.ts';
import { createTopics } from '../create-topics.ts';
import { openEnvironment } from '../outbox/environment.ts';
import { startPublisher } from '../outbox/publisher.ts';
import { addStock } from '../rpc/order-load.ts';

/** The system of goods and its console as real processes, for the benchmark alone. */
export interface ConsoleBench {
  /** Of loms. */
  grpcPort: number;
  /** Where ops serves the page. */
  opsUrl: string;
  opsPid: number;
  postgresPid: number;
  /** The ids of some orders, the newest first. */
  findOrders: (count: number) => Promise<string[]>;
  close: () => Promise<void>;
}

const notifiers = 3;

/** Starts Postgres with full durability, Kafka, loms, the publisher, three notifiers and ops. */
export const openConsoleBench = async (): Promise<ConsoleBench> => {
  const environment = await openEnvironment();
  const kafka = { KAFKA_BROKERS: environment.brokers };
  await createTopics(environment.brokers);
  await addStock(environment);
  const start = async (name: string, settings: Record<string, string>): Promise<TestProcess> =>
    (await untilReady(launchService(name, { LOG_LEVEL: 'info', ...kafka, ...settings }))).process;
  const publisher = await startPublisher(environment, { TOPICS_FILE: 'deploy/topics.yaml' });
  const loms = await start('loms', { DATABASE_URL: environment.urlFor('loms') });
  const ops = await start('ops', { DATABASE_URL: environment.urlFor('ops'), OPS_SOURCES: 'loms' });
  const told = Array.from({ length: notifiers }, () => start('notifier', {}));
  const processes = [publisher, loms, ops, ...(await Promise.all(told))];
  return {
    grpcPort: await portOf(loms, 'gRPC is open'),
    opsUrl: `http://127.0.0.1:${await portOf(ops, 'HTTP is open')}`,
    opsPid: ops.pid,
    postgresPid: environment.postgresPid,
    findOrders: async (count) => {
      const rows = await environment.query<{ id: string }>(
        'SELECT order_id::text AS id FROM loms.orders ORDER BY order_id DESC LIMIT $1',
        [count],
      );
      return rows.map(({ id }) => id);
    },
    close: async () => {
      await Promise.all(processes.map((each) => each.stop()));
      await environment.close();
    },
  };
};
