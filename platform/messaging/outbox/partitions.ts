import { identifier } from '../../database/identifier.ts';
import type { Queryable } from '../../database/pool.ts';
import type { Logger } from '../../base/logger.ts';
import { sleep } from '../../base/sleep.ts';

const daysAhead = 3;
const intervalMs = 3_600_000;
const retryMs = 15_000;

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
export const keepOutboxPartitions = async (
  { pool, schema, logger }: KeepPartitionsOptions,
  signal: AbortSignal,
): Promise<void> => {
  const text = `SELECT ${identifier(schema)}.make_outbox_partitions(${daysAhead})`;
  while (!signal.aborted) {
    const isDone = await pool.query(text).then(
      () => true,
      (error: unknown) => {
        logger.warn({ err: error, schema }, 'partitions could not be made ahead; trying again');
        return false;
      },
    );
    await sleep(isDone ? intervalMs : retryMs, signal);
  }
};
