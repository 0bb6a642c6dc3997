import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StartHooks } from './engine.ts';
import { checkout } from '../folders.ts';
import { CommandFailed, runTied } from './run-tied.ts';

/** A server that comes from Maven Central. It runs on Java unless it is native. */
export interface MavenServer {
  /** The name in messages, as in `Kafka needs Java`. */
  name: string;
  /** What is fetched is a program of the machine, which needs no Java to run. */
  isNative?: boolean;
  /** The name of its part in the topology. */
  part: string;
  /** The folder in the cache; its name changes when its contents do. */
  folder: string;
  /** Describes the download: how many files, how large. */
  what: string;
  /** The alternative to the download, e.g. `give a broker from outside with KAFKA_BROKERS`. */
  orElse: string;
  /** The Maven goal, with its options, that fills a folder. */
  goal: (folder: string) => readonly string[];
}

/**
 * The goal that unpacks an archive. The plugin is an old version: later ones also read the poms of the archives they
 * unpack, and one of those is not available.
 */
export const unpackGoal = 'org.apache.maven.plugins:maven-dependency-plugin:2.10:unpack';

/** The goal that copies what a pom names, and what that needs, into a folder. */
export const copyGoal =
  (pom: string) =>
  (folder: string): string[] => [
    ...['-f', pom, 'dependency:copy-dependencies'],
    `-DoutputDirectory=${folder}`,
  ];

const oldestJava = 17;

/**
 * Returns the folder with the server's files, downloading them the first time. The folder appears complete or not at
 * all, so two runs at once do no harm. Without Maven, or the Java that the server runs on, it fails and says what to do.
 */
export const ensureFetched = async (
  server: MavenServer,
  { say, signal }: StartHooks,
): Promise<string> => {
  if (server.isNative !== true) await requireJava(server);
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
  { name, goal }: MavenServer,
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

const requireJava = async ({ name, orElse }: MavenServer): Promise<void> => {
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

const requireMaven = async ({ name, orElse }: MavenServer): Promise<void> => {
  await runTied('mvn', ['-v']).catch((cause: unknown) => {
    throw new Error(
      `${name} is fetched with Maven, and there is no mvn on the PATH. Install it (Debian: apt-get install ` +
        `maven), or ${orElse}.`,
      { cause },
    );
  });
};
