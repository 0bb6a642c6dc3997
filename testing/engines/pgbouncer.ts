import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresAccount } from '../../deploy/local/postgres-account.ts';
import { runTied } from '../../deploy/local/run-tied.ts';
import { findFreePort } from '../free-port.ts';
import { waitFor } from '../wait-for.ts';
import { spawnTied } from '../../deploy/local/tied-process.ts';

export interface PgBouncerOptions {
  /** The port of the Postgres server behind it. */
  serverPort: number;
  /** The roles that may connect; each one's password equals its name. */
  roles: readonly string[];
  /** Settings of its configuration file, e.g. `pool_mode`. */
  settings: Readonly<Record<string, string | number>>;
}

export interface PgBouncer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Starts a real PgBouncer in front of a Postgres on 127.0.0.1. It is the installed one, or else the package of the
 * distribution.
 */
export const startPgBouncer = async (options: PgBouncerOptions): Promise<PgBouncer> => {
  const folder = await mkdtemp(join(tmpdir(), 'inorder-pgbouncer-'));
  // PgBouncer does not run as root, and its account must be able to enter the folder.
  await chmod(folder, 0o755);
  const { command, env } = await findPgBouncer(folder);
  const port = await findFreePort();
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'trust',
    auth_file: join(folder, 'users.txt'),
    ...options.settings,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  const databases = `[databases]\n* = host=127.0.0.1 port=${options.serverPort}\n`;
  await writeFile(join(folder, 'users.txt'), options.roles.map((r) => `"${r}" "${r}"\n`).join(''));
  await writeFile(join(folder, 'bouncer.ini'), `${databases}[pgbouncer]\n${lines.join('\n')}\n`);
  const child = spawnTied(command, ['-q', join(folder, 'bouncer.ini')], {
    ...postgresAccount(),
    env,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'inherit'],
    deathSignal: 'SIGKILL',
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await waitFor(() => accepts(port), { what: 'PgBouncer to listen', timeoutMs: 60_000 });
  return {
    port,
    close: async () => {
      child.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const packages = ['pgbouncer', 'libevent-2.1-7', 'libc-ares2'];

const findPgBouncer = async (
  folder: string,
): Promise<{ command: string; env: NodeJS.ProcessEnv }> => {
  const search = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`;
  const own = { command: 'pgbouncer', env: { PATH: search } };
  const runs = await runTied('/bin/sh', ['-c', 'pgbouncer --version'], { env: own.env }).then(
    () => true,
    () => false,
  );
  if (runs) return own;
  const download = () => runTied('apt-get', ['download', ...packages], { cwd: folder });
  try {
    // The download fails on a machine whose package lists were never fetched, so it fetches them and tries again.
    await download().catch(() => runTied('apt-get', ['update']).then(download));
  } catch (error) {
    throw new Error('This test needs PgBouncer: install the package pgbouncer.', { cause: error });
  }
  const root = join(folder, 'root');
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.deb')))
    await runTied('dpkg-deb', ['-x', join(folder, file), root]);
  const libraries = (await readdir(join(root, 'usr/lib'))).map((name) =>
    join(root, 'usr/lib', name),
  );
  return {
    command: join(root, 'usr/sbin/pgbouncer'),
    env: { PATH: search, LD_LIBRARY_PATH: libraries.join(':') },
  };
};

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
