import type { Pool } from '#platform/database/pool.ts';
import { identifier } from '#platform/database/identifier.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { UnsentRow } from '../domain/row.ts';
import { fence } from './fence.ts';

export interface Refusal {
  row: UnsentRow;
  reason: string;
  maxAttempts: number;
}

export interface RefusalStore {
  /** Counts an attempt; at `maxAttempts` the row is FAILED. Undefined when the epoch has ended. */
  recordAttempt(
    epoch: bigint,
    refusal: Refusal,
  ): Promise<{ attempts: number; hasFailed: boolean } | undefined>;
  /** Marks rows behind a FAILED one of their key, once, so that they are not read again until it is released. */
  markWaiting(epoch: bigint, rows: readonly UnsentRow[]): Promise<void>;
  /** The keys that have a FAILED row in these buckets. */
  listBlocked(buckets: readonly number[]): Promise<{ topic: string; key: string }[]>;
}

/** Attempts, FAILED rows and what waits behind them, of one source. */
export const createRefusalStore = (pool: Pool, source: string): RefusalStore => {
  const outbox = `${identifier(source)}.outbox`;
  const countAttempt = prepareStatement<{ attempts: number; status: string }>(
    `record_attempt_${source}`,
    `WITH ${fence('$1')}
     UPDATE ${outbox}
        SET attempts = attempts + 1, last_attempt_at = clock_timestamp(),
            status = CASE WHEN attempts + 1 >= $4 THEN 'FAILED' ELSE status END,
            error = CASE WHEN attempts + 1 >= $4 THEN $3 END
      WHERE id = $2 AND sent_at IS NULL AND error IS NULL AND EXISTS (SELECT FROM fence)
     RETURNING attempts, status`,
  );
  // looks for the FAILED row itself: a key that was released meanwhile must not be put on hold again
  const setWaiting = prepareStatement(
    `mark_waiting_${source}`,
    `WITH ${fence('$1')}
     UPDATE ${outbox} o SET error = 'waits behind a failed event of its key'
      WHERE o.id = ANY ($2::uuid[]) AND o.sent_at IS NULL AND o.error IS NULL
        AND EXISTS (SELECT FROM fence)
        AND EXISTS (SELECT FROM ${outbox} f
                     WHERE f.bucket = o.bucket AND f.topic = o.topic AND f.key = o.key
                       AND f.sent_at IS NULL AND f.error IS NOT NULL AND f.status = 'FAILED')`,
  );
  const selectBlocked = prepareStatement<{ topic: string; key: string }>(
    `blocked_${source}`,
    `SELECT DISTINCT topic, key FROM ${outbox}
      WHERE bucket = ANY ($1::smallint[]) AND sent_at IS NULL AND error IS NOT NULL
        AND status = 'FAILED'`,
  );
  return {
    recordAttempt: async (epoch, { row, reason, maxAttempts }) => {
      const [counted] = await countAttempt(pool, [epoch, row.id, reason, maxAttempts]);
      return counted && { attempts: counted.attempts, hasFailed: counted.status === 'FAILED' };
    },
    markWaiting: async (epoch, rows) => {
      await setWaiting(pool, [epoch, rows.map(({ id }) => id)]);
    },
    listBlocked: (buckets) => selectBlocked(pool, [buckets]),
  };
};
