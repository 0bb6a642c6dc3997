import type { Pool } from '#platform/database/pool.ts';
import { identifier } from '#platform/database/identifier.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { isToBeSent } from '#platform/messaging/outbox/row-states.ts';

/** Whether there is an unsent row at or below the `seq` given for its bucket. */
export type HasUnsentUpTo = (seqs: ReadonlyMap<number, string>) => Promise<boolean>;

/** One index lookup per bucket. */
export const hasUnsentUpTo = (pool: Pool, source: string): HasUnsentUpTo => {
  // LATERAL with ORDER BY and LIMIT: a plain EXISTS may be planned as a join that reads all unsent rows
  const select = prepareStatement<{ found: boolean }>(
    `requeued_${source}`,
    `SELECT EXISTS (
       SELECT FROM unnest($1::smallint[], $2::bigint[]) AS floor(bucket, seq)
        CROSS JOIN LATERAL (
          SELECT FROM ${identifier(source)}.outbox o
           WHERE o.bucket = floor.bucket AND o.seq <= floor.seq AND ${isToBeSent}
           ORDER BY o.seq LIMIT 1) row) AS found`,
  );
  return async (seqs) => {
    const [answer] = await select(pool, [[...seqs.keys()], [...seqs.values()]]);
    return answer?.found === true;
  };
};
