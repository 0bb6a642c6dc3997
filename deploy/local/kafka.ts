import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, mkdir, open, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asEngine, untilReady, withLog, type Engine, type StartHooks } from './engine.ts';
import { checkout } from './folders.ts';
import { ensureKafkaLibs } from './kafka-libs.ts';
import { kafkaProperties, scramUsers, type KafkaSettings } from './kafka-settings.ts';
import { runTied } from './run-tied.ts';
import { spawnTied } from './tied-process.ts';

export interface KafkaOptions extends KafkaSettings, StartHooks {
  logFile: string;
  /** For throw-away data: ended by force when its parent dies. */
  isThrowAway?: boolean;
}

export interface Kafka extends Engine {
  /** What clients connect to, as `host:port`. */
  readonly brokers: string;
}

const jvm = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const log4j = `-Dlog4j2.configurationFile=${join(checkout, 'deploy/local/kafka-log4j2.properties')}`;

/** Starts a Kafka broker on 127.0.0.1; makes the data folder and fetches the jars the first time. */
export const startKafka = async (options: KafkaOptions): Promise<Kafka> => {
  const libs = await ensureKafkaLibs(options);
  const properties = join(options.dataDir, 'server.properties');
  await mkdir(options.dataDir, { recursive: true });
  await writeFile(properties, kafkaProperties(options));
  const java = [...jvm, log4j, '-cp', `${libs}/*`];
  await format(java, properties, options);
  const logStart = await sizeOf(options.logFile);
  const child = await withLog(options.logFile, (fd) =>
    spawnBroker([...java, 'kafka.Kafka', properties], fd, options),
  );
  const engine = await asEngine(child, 'SIGTERM');
  await untilReady(engine, {
    ...options,
    name: 'Kafka',
    timeoutMs: 60_000,
    isReady: () => contains(options.logFile, logStart, 'Kafka Server started'),
  });
  return { ...engine, brokers: `127.0.0.1:${options.port}` };
};

/** The leading zero byte keeps the id from beginning with a dash, which would be read as an option. */
export const createClusterId = (): string =>
  Buffer.from([0, ...randomBytes(15)]).toString('base64url');

const format = async (java: string[], properties: string, options: KafkaOptions): Promise<void> => {
  const isFormatted = await access(join(options.dataDir, 'data/meta.properties')).then(
    () => true,
    () => false,
  );
  if (isFormatted) return;
  const id = options.cluster?.clusterId ?? createClusterId();
  await runTied('java', [
    ...java,
    'kafka.tools.StorageTool',
    ...['format', '--ignore-formatted', '-t', id, '-c', properties, ...scramUsers(options)],
  ]);
};

const spawnBroker = (args: string[], fd: number, options: KafkaOptions): ChildProcess =>
  spawnTied('java', args, {
    cwd: options.dataDir,
    stdio: ['ignore', fd, fd],
    deathSignal: options.isThrowAway ? 'SIGKILL' : 'SIGTERM',
  });

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );

const contains = async (file: string, from: number, text: string): Promise<boolean> => {
  const handle = await open(file, 'r');
  try {
    const length = (await handle.stat()).size - from;
    const { buffer } = await handle.read(Buffer.alloc(Math.max(0, length)), 0, undefined, from);
    return buffer.includes(text);
  } finally {
    await handle.close();
  }
};
