import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { removeDataFolder } from '../deploy/local/postgres-files.ts';
import { startPostgres } from '../deploy/local/postgres.ts';
import { migrateDatabase } from '../deploy/migrate-database.ts';
import { schemaOwners } from '../deploy/services.ts';
import { findFreePort } from '../testing/free-port.ts';

/** A Postgres (with full durability) for one benchmark alone, with the tables of all services. */
export interface BenchPostgres {
  postgresPid: number;
  /** The superuser's URL. */
  adminUrl: string;
  /** The folder for all files of this run; it is removed in the end. */
  folder: string;
  urlFor(role: string): string;
  /** Runs a statement as the superuser. */
  query: <Row>(text: string, values?: unknown[]) => Promise<Row[]>;
  close(): Promise<void>;
}

/** Starts it, with settings of postgresql.conf that this benchmark needs in addition. */
export const openPostgres = async (
  settings: Readonly<Record<string, string>> = {},
): Promise<BenchPostgres> => {
  const folder = await mkdtemp(join(tmpdir(), 'inorder-bench-'));
  const dataDir = join(folder, 'postgres');
  const server = await startPostgres({
    dataDir,
    port: await findFreePort(),
    logFile: join(folder, 'postgres.log'),
    settings,
  });
  await migrateDatabase(server.url, schemaOwners({}), () => undefined);
  const admin = new Client({ connectionString: server.url });
  await admin.connect();
  return {
    postgresPid: server.pid,
    adminUrl: server.url,
    folder,
    urlFor: (role) => {
      const url = new URL(server.url);
      url.username = role;
      url.password = role;
      return url.href;
    },
    query: async <Row>(text: string, values: unknown[] = []) =>
      (await admin.query(text, values)).rows as Row[],
    close: async () => {
      await admin.end();
      await server.stop();
      await removeDataFolder(dataDir);
      await rm(folder, { recursive: true, force: true });
    },
  };
};
