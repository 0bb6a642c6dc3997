import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asEngine, untilReady, withLog, type Engine } from '../../../deploy/local/engine.ts';
import { checkout } from '../../../deploy/folders.ts';
import { spawnTied } from '../../../deploy/local/tied-process.ts';
import { findFreePort } from '../../../testing/free-port.ts';
import { jvm, toProperties, type Settings } from './settings.ts';

export interface ConnectOptions {
  jars: string;
  brokers: string;
  worker: Settings;
  connector: Settings;
}

/**
 * A Kafka Connect worker with one connector and files of its own; after a kill and a restart it continues where it
 * was.
 */
export interface Connect {
  launch(): Promise<Engine>;
  /** Sends a PUT to the connector's REST API: `stop` ends its task, `resume` starts one. */
  ask(what: 'stop' | 'resume'): Promise<void>;
  close(): Promise<void>;
}

export const prepareConnect = async (options: ConnectOptions): Promise<Connect> => {
  const folder = await mkdtemp(join(tmpdir(), 'inorder-connect-'));
  const [workerFile, connectorFile, logFile] = ['worker', 'connector', 'log'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const address = `http://127.0.0.1:${await findFreePort()}`;
  const worker = {
    'bootstrap.servers': options.brokers,
    listeners: address,
    'offset.storage.file.filename': join(folder, 'offsets'),
    ...options.worker,
  };
  await writeFile(workerFile, toProperties(worker));
  await writeFile(connectorFile, toProperties(options.connector));
  const connector = `${address}/connectors/${options.connector['name'] ?? ''}`;
  const log4j = `-Dlog4j2.configurationFile=${join(checkout, 'deploy/local/kafka-log4j2.properties')}`;
  const main = ['org.apache.kafka.connect.cli.ConnectStandalone', workerFile, connectorFile];
  const java = [...jvm, log4j, '-cp', `${options.jars}/*`, ...main];
  return {
    launch: async () => {
      const child = await withLog(logFile, (fd) =>
        spawnTied('java', java, { cwd: folder, stdio: ['ignore', fd, fd], deathSignal: 'SIGKILL' }),
      );
      const engine = await asEngine(child, 'SIGTERM');
      const isReady = () => isRunning(connector);
      await untilReady(engine, { name: 'Kafka Connect', logFile, timeoutMs: 60_000, isReady });
      return engine;
    },
    ask: async (what) => {
      const answer = await fetch(`${connector}/${what}`, { method: 'PUT' });
      if (!answer.ok) throw new Error(`Connect answers ${what} with ${await answer.text()}`);
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
};

const isRunning = async (connector: string): Promise<boolean> => {
  const answer = await fetch(`${connector}/status`).catch(() => undefined);
  if (!answer?.ok) return false;
  const { tasks } = (await answer.json()) as { tasks: { state: string }[] };
  return tasks[0]?.state === 'RUNNING';
};
