import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StartHooks } from './engine.ts';
import { checkout } from './folders.ts';
import { CommandFailed, runTied } from './run-tied.ts';

const oldestJava = 17;
const pom = join(checkout, 'deploy/local/kafka-pom.xml');

/**
 * Gives the folder with Kafka's jars and fetches them the first time. The folder's name is made from the
 * list of what is in it, and it appears whole or not at all: two runs at once do no harm.
 */
export const ensureKafkaLibs = async ({ say, signal }: StartHooks): Promise<string> => {
  await requireJava();
  const id = createHash('sha256')
    .update(await readFile(pom))
    .digest('hex')
    .slice(0, 12);
  const cache = join(checkout, '.inorder/cache');
  const libs = join(cache, `kafka-${id}`);
  if ((await readdir(libs).catch(() => [])).length > 0) return libs;
  await requireMaven();
  await mkdir(cache, { recursive: true });
  const half = await mkdtemp(`${libs}.`);
  try {
    say?.('kafka: fetching 46 jars, 43 MB, from Maven Central (first time only) …');
    await fetchInto(half, signal);
    await rename(half, libs).catch(async (error: unknown) => {
      if ((await readdir(libs).catch(() => [])).length === 0) throw error;
    });
  } finally {
    await rm(half, { recursive: true, force: true });
  }
  return libs;
};

const fetchInto = async (folder: string, signal?: AbortSignal): Promise<void> => {
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${folder}`];
  try {
    await runTied('mvn', ['-q', '-B', '-f', pom, ...goal], signal && { signal });
  } catch (cause) {
    if (!(cause instanceof CommandFailed)) throw cause;
    throw new Error(
      "Kafka's jars could not be fetched with mvn: is Maven Central reachable? " +
        (cause.message.split('\n').find((line) => line.includes('ERROR')) ?? ''),
      { cause },
    );
  }
};

const requireJava = async (): Promise<void> => {
  const remedy =
    `Install Java ${oldestJava} or newer (Debian: apt-get install openjdk-17-jre-headless), ` +
    'or give a broker from outside with KAFKA_BROKERS.';
  const output = await runTied('java', ['-version']).catch((cause: unknown) => {
    throw new Error(`Kafka needs Java, and there is no java on the PATH. ${remedy}`, { cause });
  });
  const version = /version "(?:1\.)?(\d+)/.exec(output)?.[1] ?? '0';
  if (Number(version) < oldestJava)
    throw new Error(`Kafka cannot run on Java ${version}. ${remedy}`);
};

const requireMaven = async (): Promise<void> => {
  await runTied('mvn', ['-v']).catch((cause: unknown) => {
    throw new Error(
      'Kafka is fetched with Maven, and there is no mvn on the PATH. Install it (Debian: apt-get install ' +
        'maven), or give a broker from outside with KAFKA_BROKERS.',
      { cause },
    );
  });
};
