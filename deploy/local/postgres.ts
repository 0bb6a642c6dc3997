import type { ChildProcess } from 'node:child_process';
import { access, chown, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { asEngine, untilReady, withLog, type Engine, type StartHooks } from './engine.ts';
import { postgresAccount, type Account } from './postgres-account.ts';
import { findPostgresBinaries, prepareDataFolder } from './postgres-files.ts';
import { runTied } from './run-tied.ts';
import { spawnTied } from './tied-process.ts';

export interface PostgresOptions extends StartHooks {
  dataDir: string;
  port: number;
  logFile: string;
  /** The data are disposable: fsync is off, and the server is killed when its parent dies. */
  isThrowAway?: boolean;
  /** Settings of postgresql.conf in addition to ours, e.g. `wal_level`. */
  settings?: Readonly<Record<string, string | number>>;
}

export interface Postgres extends Engine {
  /** The superuser's URL of the database `inorder`. */
  readonly url: string;
}

const password = 'postgres';
const urlOf = (port: number, database: string) =>
  `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;

/**
 * A failed statement is logged by the service that sent it. The server would log the row that it refuses, with all that
 * is personal in it, and the statement.
 */
export const logSettings = { log_min_messages: 'log', log_min_error_statement: 'panic' };

/** Starts Postgres on 127.0.0.1 with the database `inorder`. The first time it creates the data folder. */
export const startPostgres = async (options: PostgresOptions): Promise<Postgres> => {
  const account = postgresAccount();
  const binaries = await findPostgresBinaries(account);
  const dataDir = await prepareDataFolder(options.dataDir, account);
  await initialise(binaries, dataDir, account);
  const child = await withLog(options.logFile, (fd) =>
    spawnServer({ binaries, fd, account, options: { ...options, dataDir } }),
  );
  // SIGINT means "fast shutdown": sessions are ended and the data flushed.
  const engine = await asEngine(child, 'SIGINT');
  await untilReady(engine, {
    ...options,
    name: 'Postgres',
    timeoutMs: 60_000, // after a kill -9 it first replays its write-ahead log
    isReady: () => ensureDatabase(options.port),
  });
  return { ...engine, url: urlOf(options.port, 'inorder') };
};
const initialise = async (binaries: string, dataDir: string, account: Account | undefined) => {
  const marker = join(dataDir, 'inorder-initialised');
  if (await exists(marker)) return;
  // A folder without the marker was left by an interrupted initdb.
  await runTied('/bin/sh', ['-c', 'rm -rf "$1"/* "$1"/.[!.]*', 'sh', dataDir]);
  const passwordFile = `${dataDir}.password`;
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account !== undefined) await chown(passwordFile, account.uid, account.gid);
  try {
    const flags = ['--username=postgres', '--auth=scram-sha-256', '--encoding=UTF8', '--no-sync'];
    const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
    const paths = [`--pgdata=${dataDir}`, `--pwfile=${passwordFile}`];
    await runTied(join(binaries, 'bin/initdb'), [...flags, ...locale, ...paths], {
      ...account,
      cwd: '/',
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
  await writeFile(marker, '');
};

interface SpawnServer {
  binaries: string;
  fd: number;
  account: Account | undefined;
  options: PostgresOptions;
}

const spawnServer = ({ binaries, fd, account, options }: SpawnServer): ChildProcess => {
  const settings: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port: options.port,
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '128MB',
    log_line_prefix: '[%t] %u ',
    ...logSettings,
    ...(options.isThrowAway && {
      fsync: 'off',
      full_page_writes: 'off',
      synchronous_commit: 'off',
    }),
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return spawnTied(join(binaries, 'bin/postgres'), ['-D', options.dataDir, ...flags], {
    ...account,
    cwd: '/',
    stdio: ['ignore', fd, fd],
    deathSignal: options.isThrowAway ? 'SIGQUIT' : 'SIGINT',
  });
};

/** Creates the database unless it exists; returns false as long as the server does not answer. */
const ensureDatabase = async (port: number): Promise<boolean> => {
  const client = new Client({ connectionString: urlOf(port, 'postgres') });
  client.on('error', () => undefined); // the query in progress rejects with the same error
  try {
    await client.connect();
    const found = await client.query("SELECT FROM pg_database WHERE datname = 'inorder'");
    if (found.rowCount === 0) await client.query('CREATE DATABASE inorder');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
};

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
