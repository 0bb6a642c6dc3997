import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { postgresAccount } from '../../deploy/local/postgres-account.ts';
import { prepareDataFolder, removeDataFolder } from '../../deploy/local/postgres-files.ts';
import { runTied } from '../../deploy/local/run-tied.ts';
import { startPostgres } from '../../deploy/local/postgres.ts';
import { findFreePort } from '../free-port.ts';
import { startServer, type Server } from './part.ts';

export interface PairMember {
  readonly port: number;
  /** The superuser's URL of the database `inorder`. */
  readonly url: string;
  readonly server: Server;
}

/** A primary and a standby with synchronous replication: a commit is acknowledged when both have it. */
export interface PostgresPair {
  readonly primary: PairMember;
  readonly standby: PairMember;
  /** Promotes the standby to primary. The caller must have stopped or cut off the old primary first. */
  promote(): Promise<void>;
  isPromoted(): boolean;
  /** Stops both servers and removes their data. */
  close(): Promise<void>;
}

/** Starts both servers below a folder, with an empty database `inorder`. */
export const startPostgresPair = async (folder: string): Promise<PostgresPair> => {
  const primaryOptions = {
    dataDir: join(folder, 'postgres-primary'),
    logFile: join(folder, 'postgres-primary.log'),
    port: await findFreePort(),
  };
  const standbyOptions = {
    dataDir: join(folder, 'postgres-standby'),
    logFile: join(folder, 'postgres-standby.log'),
    port: await findFreePort(),
  };
  const first = await startPostgres(primaryOptions);
  const { url } = first;
  await first.stop();
  await copyAsStandby(primaryOptions, standbyOptions.dataDir);
  const closers: (() => Promise<unknown>)[] = [
    () => removeDataFolder(primaryOptions.dataDir),
    () => removeDataFolder(standbyOptions.dataDir),
  ];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const primary = await startServer(() =>
      startPostgres({
        ...primaryOptions,
        settings: { synchronous_standby_names: '*', wal_keep_size: '1GB' },
      }),
    );
    closers.push(() => primary.kill('SIGQUIT'));
    const standby = await startServer(() => startPostgres(standbyOptions));
    closers.push(() => standby.kill('SIGQUIT'));
    let isPromoted = false;
    const standbyUrl = withPort(url, standbyOptions.port);
    return {
      primary: { port: primaryOptions.port, url, server: primary },
      standby: { port: standbyOptions.port, url: standbyUrl, server: standby },
      promote: async () => {
        await promote(standbyUrl);
        isPromoted = true;
      },
      isPromoted: () => isPromoted,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};

/** Copies a stopped primary; the copy becomes a standby when it has the address to stream from. */
const copyAsStandby = async (
  primary: { dataDir: string; port: number },
  dataDir: string,
): Promise<void> => {
  const account = postgresAccount();
  const from = await prepareDataFolder(primary.dataDir, account);
  const to = await prepareDataFolder(dataDir, account);
  await rm(to, { recursive: true });
  await cp(from, to, { recursive: true, preserveTimestamps: true });
  const source = `host=127.0.0.1 port=${primary.port} user=postgres password=postgres`;
  await writeFile(join(to, 'standby.signal'), '');
  await writeFile(join(to, 'postgresql.auto.conf'), `primary_conninfo = '${source}'\n`);
  await runTied('chmod', ['-R', 'u+rwX,go=', to]);
  if (account !== undefined) await runTied('chown', ['-R', `${account.uid}:${account.gid}`, to]);
};

const promote = async (url: string): Promise<void> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('SELECT pg_promote(true, 60)');
  } finally {
    await client.end();
  }
};

const withPort = (url: string, port: number): string => {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
};
