import { join } from 'node:path';
import { startRedis } from '../../deploy/local/redis.ts';
import { findFreePort } from '../../testing/free-port.ts';
import { launchService, portOf, untilReady } from '../../testing/services/start-service.ts';
import { openPostgres, type BenchPostgres } from '../postgres.ts';
import { partIdOf } from './parts.ts';

/** Two processes of inventory, with the cache or without. */
export interface Inventories {
  ports: readonly number[];
  stop(): Promise<void>;
}

/** A Postgres (with full durability) and a Redis for the benchmark alone. */
export interface Environment extends Pick<BenchPostgres, 'postgresPid'> {
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
  const postgres = await openPostgres({ shared_preload_libraries: 'pg_stat_statements' });
  const redis = await startRedis({
    dataDir: join(postgres.folder, 'redis'),
    port: await findFreePort(),
    logFile: join(postgres.folder, 'redis.log'),
    say: console.log,
  });
  await postgres.query('CREATE EXTENSION pg_stat_statements');
  await addParts(postgres);
  const env = { DATABASE_URL: postgres.urlFor('inventory') };
  return {
    postgresPid: postgres.postgresPid,
    redisPid: redis.pid,
    parts,
    startInventories: (isCached) => startTwo({ ...env, ...(isCached && { REDIS_URL: redis.url }) }),
    countStatements: async (text = '') => {
      const [row] = await postgres.query<{ calls: number }>(
        `SELECT coalesce(sum(calls), 0)::int AS calls FROM pg_stat_statements
          WHERE userid = 'inventory'::regrole AND position($1 IN query) > 0`,
        [text],
      );
      return row?.calls ?? 0;
    },
    close: async () => {
      await redis.stop();
      await postgres.close();
    },
  };
};

const addParts = async (postgres: BenchPostgres): Promise<void> => {
  await postgres.query(
    `INSERT INTO inventory.parts
     SELECT id, name, description, price_minor, 1000000000, 0, category, length_cm, width_cm, height_cm, weight_kg,
            manufacturer_name, manufacturer_country, manufacturer_website, tags, metadata, created_at, updated_at
       FROM unnest($1::uuid[]) AS id, (SELECT * FROM inventory.parts LIMIT 1) AS model`,
    [Array.from({ length: parts }, (_, n) => partIdOf(n))],
  );
  await postgres.query('VACUUM ANALYZE');
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
