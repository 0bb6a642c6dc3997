import { identifier } from '../../database/identifier.ts';
import type { Queryable } from '../../database/pool.ts';
import type { Logger } from '../../base/logger.ts';
import { repeat } from '../../base/loops.ts';

const daysAhead = 3;
const everyMs = 3_600_000;
const backoff = { firstMs: 15_000, maxMs: 60_000 };

export interface KeepPartitionsOptions {
  pool: Queryable;
  schema: string;
  logger: Logger;
}

/**
 * Creates the daily partitions of the outbox ahead of time, at once and then every hour, until the signal
 * aborts: an outbox without a partition for today would refuse every order. Writers and publishers both do
 * it, so that it goes on while one of them is unavailable; creating a partition twice is harmless.
 */
export const keepOutboxPartitions = (
  { pool, schema, logger }: KeepPartitionsOptions,
  signal: AbortSignal,
): Promise<void> => {
  const text = `SELECT ${identifier(schema)}.make_outbox_partitions(${daysAhead})`;
  const name = 'making partitions of the outbox';
  return repeat({ name, logger, facts: { schema }, everyMs, backoff }, signal, async () => {
    await pool.query(text);
  });
};
