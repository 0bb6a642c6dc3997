import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { removeDataFolder } from '../../deploy/local/postgres-files.ts';
import { startPostgres } from '../../deploy/local/postgres.ts';
import { startRedis } from '../../deploy/local/redis.ts';
import { migrateDatabase } from '../../deploy/migrate-database.ts';
import { schemaOwners } from '../../deploy/services.ts';
import { findFreePort } from '../../testing/free-port.ts';
import { launchService, portOf, untilReady } from '../../testing/services/start-service.ts';
import { partIdOf } from './parts.ts';

/** Two processes of inventory, with the cache or without. */
export interface Inventories {
  ports: readonly number[];
  stop(): Promise<void>;
}

/** A Postgres (with full durability) and a Redis for the benchmark alone. */
export interface Environment {
  postgresPid: number;
  redisPid: number;
  /** How many parts there are, of which there is plenty. */
  parts: number;
  startInventories(isCached: boolean): Promise<Inventories>;
  /** How many statements inventory has sent; with a part of its text only those. */
  countStatements(text?: string): Promise<number>;
  close(): Promise<void>;
}

const parts = 200;

export const openEnvironment = async (): Promise<Environment> => {
  const folder = await mkdtemp(join(tmpdir(), 'inorder-bench-'));
  const dataDir = join(folder, 'postgres');
  const postgres = await startPostgres({
    dataDir,
    port: await findFreePort(),
    logFile: join(folder, 'postgres.log'),
    settings: { shared_preload_libraries: 'pg_stat_statements' },
  });
  const redis = await startRedis({
    dataDir: join(folder, 'redis'),
    port: await findFreePort(),
    logFile: join(folder, 'redis.log'),
    say: console.log,
  });
  await migrateDatabase(postgres.url, schemaOwners({}), () => undefined);
  const admin = new Client({ connectionString: postgres.url });
  await admin.connect();
  await admin.query('CREATE EXTENSION pg_stat_statements');
  await addParts(admin);
  const url = new URL(postgres.url);
  url.username = 'inventory';
  url.password = 'inventory';
  return {
    postgresPid: postgres.pid,
    redisPid: redis.pid,
    parts,
    startInventories: (isCached) =>
      startTwo({ DATABASE_URL: url.href, ...(isCached && { REDIS_URL: redis.url }) }),
    countStatements: async (text = '') => {
      const { rows } = await admin.query<{ calls: number }>(
        `SELECT coalesce(sum(calls), 0)::int AS calls FROM pg_stat_statements
          WHERE userid = 'inventory'::regrole AND position($1 IN query) > 0`,
        [text],
      );
      return rows[0]?.calls ?? 0;
    },
    close: async () => {
      await admin.end();
      await Promise.all([postgres.stop(), redis.stop()]);
      await removeDataFolder(dataDir);
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const addParts = async (admin: Client): Promise<void> => {
  await admin.query(
    `INSERT INTO inventory.parts
     SELECT id, name, description, price_minor, 1000000000, 0, category, length_cm, width_cm, height_cm, weight_kg,
            manufacturer_name, manufacturer_country, manufacturer_website, tags, metadata, created_at, updated_at
       FROM unnest($1::uuid[]) AS id, (SELECT * FROM inventory.parts LIMIT 1) AS model`,
    [Array.from({ length: parts }, (_, n) => partIdOf(n))],
  );
  await admin.query('VACUUM ANALYZE');
};

const startTwo = async (env: Record<string, string>): Promise<Inventories> => {
  const both = [1, 2].map(() => launchService('inventory', { LOG_LEVEL: 'info', ...env }));
  await Promise.all(both.map(untilReady));
  return {
    ports: await Promise.all(both.map((one) => portOf(one, 'gRPC is open'))),
    stop: async () => {
      await Promise.all(both.map((one) => one.stop()));
    },
  };
};
