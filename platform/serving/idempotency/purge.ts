import type { ServiceContext } from '../../base/run-service.ts';
import type { ServiceDatabase } from '../../database/open-database.ts';
import { identifier } from '../../database/identifier.ts';
import type { Queryable } from '../../database/pool.ts';
import type { Logger } from '../../base/logger.ts';
import { repeat } from '../../base/loops.ts';

const retentionMs = 24 * 3_600_000;
const everyMs = 60_000;
const backoff = { firstMs: 15_000, maxMs: everyMs };
const batchRows = 1_000;

export interface PurgeOptions {
  pool: Queryable;
  schema: string;
  logger: Logger;
}

/** Purges the old idempotency keys of a service until it stops. */
export const openIdempotencyKeys = (
  { lifecycle }: ServiceContext<unknown>,
  database: ServiceDatabase,
): void => {
  const purge = keepIdempotencyKeysPurged(database, lifecycle.stopping);
  lifecycle.onClose('idempotency keys', () => purge);
};

/**
 * Purges idempotency keys that are older than a day, at once and then every minute, until the signal aborts.
 * A key is valid until it is purged, however old it is. Any number of processes may purge at the same time.
 */
const keepIdempotencyKeysPurged = (options: PurgeOptions, signal: AbortSignal): Promise<void> => {
  const { logger, schema } = options;
  const name = 'purging idempotency keys';
  return repeat({ name, logger, facts: { schema }, everyMs, backoff }, signal, async () => {
    await purgeIdempotencyKeys(options, signal);
  });
};

/** One round, in small statements of their own; returns how many keys it purged. */
export const purgeIdempotencyKeys = async (
  { pool, schema }: PurgeOptions,
  signal: AbortSignal,
): Promise<number> => {
  const table = `${identifier(schema)}.idempotency_keys`;
  const text = `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM ${table} WHERE created_at < statement_timestamp() - $1 * interval '1 ms'
     ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED))`;
  let purged = 0;
  while (!signal.aborted) {
    const { rowCount } = await pool.query(text, [retentionMs, batchRows]);
    purged += rowCount ?? 0;
    if (rowCount !== batchRows) break;
  }
  return purged;
};
