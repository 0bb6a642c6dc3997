import { startProcess, type TestProcess } from '../../testing/engines/process.ts';
import { launchService, portOf, untilReady } from '../../testing/services/start-service.ts';
import { createTopics } from '../create-topics.ts';
import { openEnvironment } from '../outbox/environment.ts';
import { readMemory } from '../outbox/memory.ts';
import { startPublisher } from '../outbox/publisher.ts';
import { addStock } from '../rpc/order-load.ts';
import type { Placed } from './calls.ts';

/** The system of goods and its console as real processes, for the benchmark alone. */
export interface ConsoleBench {
  /** Where ops serves the page. */
  opsUrl: string;
  opsPid: number;
  postgresPid: number;
  /** The ids of some orders, the newest first. */
  findOrders: (count: number) => Promise<string[]>;
  /** Resident memory of ops in MiB. */
  memoryOfOps: () => Promise<number>;
  /** How many checkpoints and autovacuums Postgres has done so far. */
  countUpkeep: () => Promise<Upkeep>;
  /** Places so many orders a second, from a process of its own, until it is stopped. */
  startLoad: (perSecond: number) => { stop: () => Promise<Placed> };
  close: () => Promise<void>;
}

export interface Upkeep {
  checkpoints: number;
  vacuums: number;
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
  const grpcPort = await portOf(loms, 'gRPC is open');
  return {
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
    memoryOfOps: () => readMemory(ops.pid, 'VmRSS'),
    countUpkeep: async () => {
      const databases = await environment.query<Upkeep>(
        `SELECT (SELECT num_timed + num_requested FROM pg_stat_checkpointer)::integer AS checkpoints,
                (SELECT sum(autovacuum_count + autoanalyze_count) FROM pg_stat_all_tables)::integer AS vacuums`,
      );
      return databases[0] ?? { checkpoints: NaN, vacuums: NaN };
    },
    startLoad: (perSecond) => startLoad(grpcPort, perSecond),
    close: async () => {
      await Promise.all(processes.map((each) => each.stop()));
      await environment.close();
    },
  };
};

const startLoad = (grpcPort: number, perSecond: number) => {
  const load = startProcess({
    name: 'load generator',
    entry: 'bench/console/load.ts',
    args: [grpcPort, perSecond].map(String),
    env: {},
  });
  return {
    stop: async () => {
      await load.stop();
      return JSON.parse(load.lines.join('')) as Placed;
    },
  };
};
