import type { ChildProcess } from 'node:child_process';
import { access, mkdir, open, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asEngine, untilReady, withLog, type Engine, type StartHooks } from './engine.ts';
import { checkout } from '../folders.ts';
import { formatKafka } from './kafka-format.ts';
import { ensureKafkaLibs } from './kafka-libs.ts';
import { kafkaProperties, type KafkaSettings } from './kafka-settings.ts';
import { spawnTied } from './tied-process.ts';

export interface KafkaOptions extends KafkaSettings, StartHooks {
  logFile: string;
  /** The data are disposable, so the broker is killed when its parent dies. */
  isThrowAway?: boolean;
  /** The file to which the JVM writes a class archive when it stops gracefully; brokers that use it start faster. */
  recordClassesTo?: string;
}

export interface Kafka extends Engine {
  /** The broker's address for clients, as `host:port`. */
  readonly brokers: string;
}

const jvm = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const log4j = `-Dlog4j2.configurationFile=${join(checkout, 'deploy/local/kafka-log4j2.properties')}`;

/** Starts a Kafka broker on 127.0.0.1. The first time it downloads the jars and creates the data folder. */
export const startKafka = async (options: KafkaOptions): Promise<Kafka> => {
  const libs = await ensureKafkaLibs(options);
  const properties = join(options.dataDir, 'server.properties');
  await mkdir(options.dataDir, { recursive: true });
  await writeFile(properties, kafkaProperties(options));
  const java = [...jvm, log4j, '-cp', `${libs}/*`];
  await formatKafka({ settings: options, libs, java, properties });
  const classes = options.recordClassesTo
    ? [`-XX:ArchiveClassesAtExit=${options.recordClassesTo}`]
    : await recordedClasses(libs);
  const logStart = await sizeOf(options.logFile);
  const child = await withLog(options.logFile, (fd) =>
    spawnBroker([...classes, ...java, 'kafka.Kafka', properties], fd, options),
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

/** The path of the JVM's class archive that an earlier broker may have written. */
export const recordedClassesFile = (libs: string): string => `${libs}.jsa`;

// The JVM silently ignores an archive that another JVM wrote.
const recordedClasses = async (libs: string): Promise<string[]> => {
  const file = recordedClassesFile(libs);
  return access(file).then(
    () => [`-XX:SharedArchiveFile=${file}`, '-Xlog:cds*=off'],
    () => [],
  );
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
