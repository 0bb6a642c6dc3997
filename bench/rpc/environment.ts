import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { removeDataFolder } from '../../deploy/local/postgres-files.ts';
import { startPostgres } from '../../deploy/local/postgres.ts';
import { migrateDatabase } from '../../deploy/migrate-database.ts';
import { schemaOwners } from '../../deploy/services.ts';
import { findFreePort } from '../../testing/free-port.ts';
import type { Tools } from './tools.ts';

/** A Postgres (with full durability) for the benchmark alone, with the tables of all services. */
export interface Environment {
  tools: Tools;
  /** The folder for files of this run. */
  folder: string;
  /** The database's URL with the role loms. */
  databaseUrl: string;
  query: <Row>(text: string, values?: unknown[]) => Promise<Row[]>;
  close(): Promise<void>;
}

export const openEnvironment = async (tools: Tools): Promise<Environment> => {
  const folder = await mkdtemp(join(tmpdir(), 'inorder-bench-'));
  const dataDir = join(folder, 'postgres');
  const postgres = await startPostgres({
    dataDir,
    port: await findFreePort(),
    logFile: join(folder, 'postgres.log'),
  });
  await migrateDatabase(postgres.url, schemaOwners({}), () => undefined);
  const admin = new Client({ connectionString: postgres.url });
  await admin.connect();
  const url = new URL(postgres.url);
  url.username = 'loms';
  url.password = 'loms';
  return {
    tools,
    folder,
    databaseUrl: url.href,
    query: async <Row>(text: string, values: unknown[] = []) =>
      (await admin.query(text, values)).rows as Row[],
    close: async () => {
      await admin.end();
      await postgres.stop();
      await removeDataFolder(dataDir);
      await rm(folder, { recursive: true, force: true });
    },
  };
};
