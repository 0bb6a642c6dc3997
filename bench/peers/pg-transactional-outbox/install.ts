import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { checkout } from '../../../deploy/folders.ts';
import { runTied } from '../../../deploy/local/run-tied.ts';

const name = 'pg-transactional-outbox';
export const version = '0.5.7';

/** Installs the package into the cache the first time, and returns its folder. */
export const ensureInstalled = async (): Promise<string> => {
  const cache = join(checkout, '.inorder/cache');
  const folder = join(cache, `${name}-${version}`);
  if (await stat(folder).catch(() => undefined)) return folder;
  await mkdir(cache, { recursive: true });
  const half = await mkdtemp(`${folder}.`);
  try {
    console.log(`installing ${name} ${version} from npm …`);
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefix', half];
    await runTied('npm', ['install', ...flags, `${name}@${version}`], { cwd: half, env: npmEnv() });
    await rename(half, folder);
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`did not install: ${words.split('\n').slice(0, 3).join(' ')}`, { cause });
  } finally {
    await rm(half, { recursive: true, force: true });
  }
  return folder;
};

/** npm runs on the machine's own Node, not on the one in node_modules. */
const npmEnv = () => ({
  ...process.env,
  PATH: (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== join(checkout, 'node_modules/.bin'))
    .join(delimiter),
});

/** A row of the package's table, as a handler receives it. */
export interface Message {
  id: string;
  aggregateType: string;
  aggregateId: string;
  messageType: string;
  payload: unknown;
  metadata?: Readonly<Record<string, string>>;
  createdAt: string;
}

interface Handler {
  handle: (message: Message) => Promise<void>;
}

// arguments: config, handler, logger, strategies
type Listen = (...args: [object, Handler, object, object?]) => unknown;
type MakeSql = (config: object) => string;

/** The part of the package that the bench uses. It is not a dependency, so its types are not available here. */
export interface Package {
  initializePollingMessageListener: Listen;
  initializeReplicationMessageListener: Listen;
  createReplicationSegmentMutexConcurrencyController: () => object;
  getDisabledLogger: () => object;
  DatabaseSetup: Record<
    | 'dropAndCreateTable'
    | 'createPollingFunction'
    | 'setupPollingIndexes'
    | 'setupReplicationCore'
    | 'setupReplicationSlot',
    MakeSql
  >;
}

export const loadPackage = (folder: string): Package =>
  createRequire(join(folder, 'package.json'))(name) as Package;
