import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StartHooks } from './engine.ts';
import { checkout } from '../folders.ts';
import { CommandFailed, runTied } from './run-tied.ts';

/** A server that runs on Java and comes from Maven Central. */
export interface JavaServer {
  /** The name in messages, as in `Kafka needs Java`. */
  name: string;
  /** The name of its part in the topology. */
  part: string;
  /** The folder in the cache; its name changes when its contents do. */
  folder: string;
  /** Describes the download: how many files, how large. */
  what: string;
  /** The alternative to Java, e.g. `give a broker from outside with KAFKA_BROKERS`. */
  orElse: string;
  /** The Maven goal, with its options, that fills a folder. */
  goal: (folder: string) => readonly string[];
}

const oldestJava = 17;

/**
 * Returns the folder with the server's files, downloading them the first time. The folder appears complete or not at
 * all, so two runs at once do no harm. Without Java or Maven it fails and says what to do.
 */
export const ensureFetched = async (
  server: JavaServer,
  { say, signal }: StartHooks,
): Promise<string> => {
  await requireJava(server);
  const cache = join(checkout, '.inorder/cache');
  const folder = join(cache, server.folder);
  if ((await readdir(folder).catch(() => [])).length > 0) return folder;
  await requireMaven(server);
  await mkdir(cache, { recursive: true });
  const half = await mkdtemp(`${folder}.`);
  try {
    say?.(`${server.part}: fetching ${server.what}, from Maven Central (first time only) …`);
    await fetchInto(server, half, signal);
    await rename(half, folder).catch(async (error: unknown) => {
      if ((await readdir(folder).catch(() => [])).length === 0) throw error;
    });
  } finally {
    await rm(half, { recursive: true, force: true });
  }
  return folder;
};

const fetchInto = async (
  { name, goal }: JavaServer,
  folder: string,
  signal?: AbortSignal,
): Promise<void> => {
  try {
    // Maven runs inside the folder because, without a pom, it leaves a folder of its own in the working directory.
    await runTied('mvn', ['-q', '-B', ...goal(folder)], { cwd: folder, ...(signal && { signal }) });
  } catch (cause) {
    if (!(cause instanceof CommandFailed)) throw cause;
    throw new Error(
      `What ${name} needs could not be fetched with mvn: is Maven Central reachable? ` +
        (cause.message.split('\n').find((line) => line.includes('ERROR')) ?? ''),
      { cause },
    );
  }
};

const requireJava = async ({ name, orElse }: JavaServer): Promise<void> => {
  const remedy =
    `Install Java ${oldestJava} or newer (Debian: apt-get install openjdk-17-jre-headless), ` +
    `or ${orElse}.`;
  const output = await runTied('java', ['-version']).catch((cause: unknown) => {
    throw new Error(`${name} needs Java, and there is no java on the PATH. ${remedy}`, { cause });
  });
  const version = /version "(?:1\.)?(\d+)/.exec(output)?.[1] ?? '0';
  if (Number(version) < oldestJava)
    throw new Error(`${name} cannot run on Java ${version}. ${remedy}`);
};

const requireMaven = async ({ name, orElse }: JavaServer): Promise<void> => {
  await runTied('mvn', ['-v']).catch((cause: unknown) => {
    throw new Error(
      `${name} is fetched with Maven, and there is no mvn on the PATH. Install it (Debian: apt-get install ` +
        `maven), or ${orElse}.`,
      { cause },
    );
  });
};
