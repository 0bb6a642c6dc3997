import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runTied } from '../../deploy/local/run-tied.ts';

/** The paths of the load generators. */
export interface Tools {
  h2load: string;
  pgbench: string;
}

/**
 * Finds the load generators. As root on Debian it installs a missing h2load; otherwise the error says what to
 * install.
 */
export const findTools = async (): Promise<Tools> => {
  const h2load = (await findProgram('h2load')) ?? (await installH2load());
  // Debian installs it beside the server, outside PATH
  const pgbench = (await findProgram('pgbench')) ?? (await findInPostgres('pgbench'));
  if (h2load === undefined)
    throw new Error(
      'h2load is missing (Debian: apt-get install nghttp2-client; macOS: brew install nghttp2)',
    );
  if (pgbench === undefined)
    throw new Error(
      'pgbench is missing (Debian: apt-get install postgresql; macOS: brew install postgresql)',
    );
  return { h2load, pgbench };
};

const findProgram = (name: string): Promise<string | undefined> =>
  firstOf((process.env['PATH'] ?? '').split(':').map((folder) => join(folder, name)));

const findInPostgres = async (name: string): Promise<string | undefined> => {
  const versions = await readdir('/usr/lib/postgresql').catch(() => []);
  return firstOf(versions.map((version) => join('/usr/lib/postgresql', version, 'bin', name)));
};

const firstOf = async (paths: readonly string[]): Promise<string | undefined> => {
  for (const path of paths) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
};

const installH2load = async (): Promise<string | undefined> => {
  if (process.getuid?.() !== 0 || (await findProgram('apt-get')) === undefined) return undefined;
  console.log('installing h2load …');
  await runTied('apt-get', ['update', '-q']);
  await runTied('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'nghttp2-client']);
  return findProgram('h2load');
};
