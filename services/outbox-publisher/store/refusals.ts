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

/**
 * `fenced`: the epoch has ended; `moved`: the row was changed since it was read. In both cases nothing was
 * counted.
 */
export type AttemptOutcome = { attempts: number; hasFailed: boolean } | 'fenced' | 'moved';

// Written so that it does not match the index of unsent rows: for want of statistics the planner would prefer
// that index to the tuple id, and read a whole backlog for one row.
export const isStillUnsent =
  "o.sent_at IS NULL AND coalesce(o.error, '') = '' AND NOT o.is_waiting";

export interface RefusalStore {
  /** Counts an attempt; at `maxAttempts` the row becomes FAILED. */
  readonly recordAttempt: (epoch: bigint, refusal: Refusal) => Promise<AttemptOutcome>;
}

/** Counts refusals by the broker, for one source. */
export const createRefusalStore = (pool: Pool, source: string): RefusalStore => {
  const outbox = `${identifier(source)}.outbox`;
  const countAttempt = prepareStatement<{
    fenced: boolean;
    attempts: number | null;
    status: string;
  }>(
    `record_attempt_${source}`,
    `WITH ${fence('$1')}, counted AS (
       UPDATE ${outbox} o
          SET attempts = attempts + 1, last_attempt_at = clock_timestamp(),
              status = CASE WHEN attempts + 1 >= $5 THEN 'FAILED' ELSE status END,
              error = CASE WHEN attempts + 1 >= $5 THEN $4 END
        WHERE o.ctid = $2::tid AND o.id = $3 AND ${isStillUnsent} AND EXISTS (SELECT FROM fence)
       RETURNING attempts, status)
     SELECT NOT EXISTS (SELECT FROM fence) AS fenced, attempts, status
       FROM (SELECT 1) one LEFT JOIN counted ON true`,
  );
  return {
    recordAttempt: async (epoch, { row, reason, maxAttempts }) => {
      const values = [epoch, row.tupleId, row.id, reason, maxAttempts];
      const [counted] = await countAttempt(pool, values);
      if (!counted || counted.fenced) return 'fenced';
      if (counted.attempts === null) return 'moved';
      return { attempts: counted.attempts, hasFailed: counted.status === 'FAILED' };
    },
  };
};
