import type { Logger } from '../base/logger.ts';
import { repeat } from '../base/loops.ts';
import { identifier } from './identifier.ts';
import type { Queryable } from './pool.ts';

const everyMs = 60_000;
const backoff = { firstMs: 15_000, maxMs: everyMs };
const batchRows = 1_000;

/** Rows that may go when the time in one of their columns is long enough ago; the column needs an index. */
export interface PurgeOptions {
  pool: Queryable;
  schema: string;
  table: string;
  column: string;
  retentionMs: number;
}

/**
 * Purges the rows that may go, at once and then every minute, until the signal aborts. A row may be found until it is
 * purged, however old it is. Any number of processes may purge at the same time.
 */
export const keepPurged = (
  options: PurgeOptions & { logger: Logger },
  signal: AbortSignal,
): Promise<void> => {
  const { logger, schema, table } = options;
  const name = `purging ${table.replaceAll('_', ' ')}`;
  return repeat({ name, logger, facts: { schema }, everyMs, backoff }, signal, async () => {
    await purge(options, signal);
  });
};

/** One round, in small statements of their own; returns how many rows it purged. */
export const purge = async (options: PurgeOptions, signal: AbortSignal): Promise<number> => {
  const { pool, retentionMs } = options;
  const table = `${identifier(options.schema)}.${identifier(options.table)}`;
  const column = identifier(options.column);
  const text = `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM ${table} WHERE ${column} < statement_timestamp() - $1 * interval '1 ms'
     ORDER BY ${column} LIMIT $2 FOR UPDATE SKIP LOCKED))`;
  let purged = 0;
  while (!signal.aborted) {
    const { rowCount } = await pool.query(text, [retentionMs, batchRows]);
    purged += rowCount ?? 0;
    if (rowCount !== batchRows) break;
  }
  return purged;
};
