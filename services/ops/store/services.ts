import type { Pool } from '#platform/database/pool.ts';
import type { ReadableService } from '../usecases/show-consumers.ts';
import { searchOften } from './query.ts';

/** Lists the schemas whose inbox or timers this role may read, as the migrations have granted it. */
export const listServices = (pool: Pool) => (): Promise<ReadableService[]> =>
  searchOften<ReadableService>(
    pool,
    `SELECT n.nspname::text AS name, bool_or(c.relname = 'inbox_parked_keys') AS "hasInbox",
              bool_or(c.relname = 'timers') AS "hasTimers"
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relname IN ('inbox_parked_keys', 'timers') AND c.relkind = 'r'
          AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
        GROUP BY n.nspname ORDER BY n.nspname`,
    [],
  );
