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
 * Makes the outbox's daily partitions ahead of time, at once and then hourly, until the signal aborts:
 * an outbox without a partition for today would refuse every order. Writers and publishers both do it,
 * so it goes on while one of them is away; made twice is made once.
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
