import pg from 'pg';
import type { Logger } from '../logger.ts';
import { bigintTypes } from './types.ts';

export type Pool = pg.Pool;
/** Anything that runs statements: the pool, or the one client of a transaction. */
export type Queryable = Pick<pg.Pool, 'query'>;

export interface PoolOptions {
  url: string;
  applicationName: string;
  logger: Logger;
  /** Connections at the most. */
  max?: number;
  /** A statement that takes longer is given up on both sides, and its connection with it. */
  statementTimeoutMs?: number;
  /** How long to wait for a connection before the database counts as away. */
  connectTimeoutMs?: number;
  /** Postgres settings of each session, e.g. `{ plan_cache_mode: 'force_generic_plan' }`. */
  settings?: Readonly<Record<string, string>>;
}

/**
 * Opens a pool; 64-bit integers arrive as bigint. Nothing is connected yet. The listener is needed: an
 * idle connection that breaks would otherwise end the process.
 */
export const openPool = (options: PoolOptions): Pool => {
  const { statementTimeoutMs = 4_000, settings = {} } = options;
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.max ?? 16,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 3_000,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + 500,
    types: bigintTypes,
    options: Object.entries(settings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
  });
  pool.on('error', (error) => {
    options.logger.warn({ reason: error.message }, 'an idle database connection broke');
  });
  return pool;
};
