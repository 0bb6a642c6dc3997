import { waitFor } from '../../../testing/wait-for.ts';
import type { Engine } from '../../../deploy/local/engine.ts';
import type { Environment } from '../../outbox/environment.ts';
import type { Peer, Relay } from '../peer.ts';
import { prepareConnect, type Connect } from './connect.ts';
import { ensureConnectJars } from './jars.ts';
import {
  connectorSettings,
  publication,
  slot,
  tuned,
  tunedWorker,
  workerSettings,
  type Settings,
} from './settings.ts';

const letter = 'c';
const load = { livePerSecond: 500, crashRows: 60_000, crashPerSecond: 200 };
const postgresSettings = { wal_level: 'logical' };
const words = (settings: Settings) =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');

/** Debezium's outbox event router with its default settings. */
export const debezium: Peer = {
  letter,
  load,
  postgresSettings,
  name: 'Debezium',
  settings:
    'Debezium 3.6.3 (pgoutput, a publication of inserts by way of the partitions’ root, outbox event router, ' +
    'StringConverter) in a standalone Kafka Connect 4.3.1 with the JVM options of its script; all else as it comes. ' +
    'Drain: the worker is warm, its connector stopped; rows are written, it is resumed and streams from its ' +
    'slot. Headers: ce_id, ce_type, ce_time, ce_subject, ce_sequence and its own id: six instead of ten.',
  setUp: (environment) => setUp(environment, {}, {}),
};

/** The same with larger batches and shorter waits. */
export const debeziumTuned: Peer = {
  letter,
  load,
  postgresSettings,
  name: 'Debezium, tuned',
  settings: `As before, with ${words({ ...tuned, ...tunedWorker })}.`,
  setUp: (environment) => setUp(environment, tuned, tunedWorker),
};

const setUp = async (
  environment: Environment,
  connector: Settings,
  worker: Settings,
): Promise<Relay> => {
  const jars = await ensureConnectJars();
  await environment.query(
    `CREATE PUBLICATION ${publication} FOR TABLE loms.outbox
       WITH (publish = 'insert', publish_via_partition_root = true)`,
  );
  const connect = await prepareConnect({
    jars,
    brokers: environment.brokers,
    worker: { ...workerSettings, ...worker },
    connector: { ...connectorSettings(new URL(environment.adminUrl)), ...connector },
  });
  const relay = createRelay(environment, connect);
  try {
    // The start creates the replication slot: what is written from now on is relayed.
    await relay.start();
    return relay;
  } catch (error) {
    await relay.close();
    throw error;
  }
};

const createRelay = (environment: Environment, connect: Connect): Relay => {
  let worker: Engine | undefined;
  let isStopped = false;
  const slotIs = (active: boolean) =>
    waitFor(
      async () => {
        const text = 'SELECT FROM pg_replication_slots WHERE slot_name = $1 AND active = $2';
        return (await environment.query(text, [slot, active])).length === 1;
      },
      { what: `the slot of Debezium to be ${active ? 'in use' : 'free'}`, timeoutMs: 30_000 },
    );
  return {
    start: async () => {
      if (!worker) {
        worker = await connect.launch();
        await slotIs(true);
      } else if (isStopped) await connect.ask('resume');
      isStopped = false;
    },
    pause: async () => {
      if (isStopped) return;
      await connect.ask('stop');
      await slotIs(false);
      isStopped = true;
    },
    kill: async () => {
      worker?.kill('SIGKILL');
      await worker?.exited;
      worker = undefined;
    },
    pid: () => {
      if (!worker) throw new Error('Kafka Connect does not run.');
      return worker.pid;
    },
    close: async () => {
      await worker?.stop();
      await connect.close();
    },
  };
};
