import { isToBeSent } from '#platform/messaging/outbox/row-states.ts';
import { topicOf } from '#platform/messaging/topics.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startKafka, type Kafka } from '../../deploy/local/kafka.ts';
import { findFreePort } from '../free-port.ts';
import { waitFor } from '../wait-for.ts';
import { compareWithOutbox, type Comparison } from '../checker/compare.ts';
import { createTestDatabase, type TestDatabase } from '../engines/database.ts';
import { startProcess, type TestProcess } from '../engines/process.ts';
import { runService, untilReady, type ReadyService } from '../services/start-service.ts';

export const topic = topicOf('loms.v1.OrderStatusChanged');

export interface StartedService extends ReadyService {
  readonly grpcUrl: string;
}

/** A complete system for one test file: its own database and broker, and real processes. */
export interface System {
  readonly database: TestDatabase;
  readonly brokers: string;
  /** The broker's engine. After `stopBroker` and `startBroker` it is another one, on the same data. */
  broker(): Kafka;
  startBroker(): Promise<void>;
  /** Starts `services/<service>/main.ts` on free ports, with the service's role and this system's broker. */
  startService(service: string, env?: Record<string, string>): Promise<StartedService>;
  startLoms(): Promise<StartedService>;
  startPublisher(name: string, env?: Record<string, string>): Promise<TestProcess>;
  startNotifier(name: string, env?: Record<string, string>): Promise<TestProcess>;
  /** Resolves when every outbox row is COMPLETED or FAILED, or waits behind a FAILED one. */
  drained(timeoutMs?: number): Promise<void>;
  query<Row>(text: string, values?: unknown[]): Promise<Row[]>;
  compare(): Promise<Comparison>;
  /** Kills the publishers and notifiers that still run, e.g. after a test that failed. */
  endWorkers(): Promise<void>;
  /** Kills whatever of the system still runs. */
  close(): Promise<void>;
}

export interface SystemOptions {
  /** The manifest of topics to use instead of the project's. */
  topicsFile?: string;
  /** The brokers of a cluster that already runs; the system then starts no broker. */
  cluster?: string;
  /** A second listener of the broker, for publishers that reach it through a proxy. */
  proxied?: { port: number; advertisedPort: number };
}

export const startSystem = async (options: SystemOptions = {}): Promise<System> => {
  const { topicsFile, cluster, proxied } = options;
  const folder = await mkdtemp(join(tmpdir(), 'inorder-system-'));
  const database = await createTestDatabase();
  const port = await findFreePort();
  const controllerPort = await findFreePort();
  const kafkaOptions = {
    dataDir: join(folder, 'kafka'),
    port,
    controllerPort,
    logFile: join(folder, 'kafka.log'),
    isThrowAway: true,
    ...(proxied && { proxied }),
  };
  let kafka = cluster === undefined ? await startKafka(kafkaOptions) : undefined;
  const brokers = cluster ?? kafka?.brokers ?? '';
  const admin = new Client({ connectionString: database.adminUrl });
  await admin.connect();
  const processes: TestProcess[] = [];

  const start = async (service: string, env: Record<string, string>, name = service) => {
    const settings = { KAFKA_BROKERS: brokers, LOG_LEVEL: 'info', ...env };
    const started = runService(service, settings, name);
    processes.push(started);
    return untilReady(started);
  };
  const startService = async (service: string, env: Record<string, string> = {}) => {
    const grpcPort = await findFreePort();
    const own = { DATABASE_URL: database.urlFor(service), GRPC_PORT: String(grpcPort) };
    const ready = await start(service, { ...own, ...env });
    return { ...ready, grpcUrl: `http://127.0.0.1:${grpcPort}` };
  };
  const runInit = async (entry: string, env: Record<string, string>) => {
    const init = startProcess({ name: entry, entry, env });
    const { code } = await init.exit;
    if (code !== 0) throw new Error(`${entry} failed:\n${init.lines.join('\n')}`);
  };
  const manifest: Record<string, string> =
    topicsFile === undefined ? {} : { TOPICS_FILE: topicsFile };
  const profile = { TOPICS_PROFILE: cluster === undefined ? 'local' : 'cluster' };
  await runInit('deploy/create-topics.ts', { KAFKA_BROKERS: brokers, ...profile, ...manifest });

  const query = async <Row>(text: string, values: unknown[] = []): Promise<Row[]> =>
    (await admin.query(text, values)).rows as Row[];
  return {
    database,
    brokers,
    query,
    broker: () => {
      if (!kafka) throw new Error('The cluster is not of this system.');
      return kafka;
    },
    startBroker: async () => {
      kafka = await startKafka(kafkaOptions);
    },
    startService,
    startLoms: () => startService('loms'),
    startPublisher: async (name, env = {}) => {
      const own = { DATABASE_URL: database.urlFor('publisher'), OUTBOX_SOURCES: 'loms' };
      return (await start('outbox-publisher', { ...own, ...manifest, ...env }, name)).process;
    },
    startNotifier: async (name, env = {}) =>
      (await start('notifier', { REPLICA: name, ...env }, name)).process,
    drained: async (timeoutMs = 120_000) => {
      const unsent = `SELECT FROM loms.outbox WHERE ${isToBeSent} LIMIT 1`;
      await waitFor(async () => (await query(unsent)).length === 0, { what: 'drain', timeoutMs });
    },
    compare: () =>
      compareWithOutbox({ databaseUrl: database.adminUrl, source: 'loms', brokers, topic }),
    endWorkers: () => end(processes.filter(({ name }) => name !== 'loms')),
    close: async () => {
      await end(processes);
      await admin.end();
      kafka?.kill('SIGKILL');
      await kafka?.exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const end = async (processes: readonly TestProcess[]): Promise<void> => {
  for (const each of processes) each.kill('SIGKILL');
  await Promise.all(processes.map(({ exit }) => exit));
};
