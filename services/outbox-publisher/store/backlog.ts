import type { Pool } from '#platform/database/pool.ts';
import { identifier } from '#platform/database/identifier.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { isToBeSent } from '#platform/messaging/outbox/row-states.ts';

export interface Backlog {
  topic: string;
  /** Unsent rows; of more than `countLimit` in all, each bucket's first ones are counted. */
  rows: number;
  oldestAgeSeconds: number;
}

// so that looking at a large backlog stays cheap
const countLimit = 10_000;

type Counted = Backlog & { counted: number };

/**
 * What waits to be sent in these buckets, per topic. Rows behind a failed one are counted elsewhere. Up to the
 * limit all rows are counted, wherever they are. Beyond it an equal number of each bucket is, in reading order:
 * a bucket with very many rows hides no older ones of another.
 */
export const readBacklog = (pool: Pool, source: string) => {
  const ofTopics = `SELECT topic, count(*)::integer AS rows, (sum(count(*)) OVER ())::integer AS counted,
            extract(epoch FROM clock_timestamp() - min(created_at))::float8 AS "oldestAgeSeconds"`;
  const outbox = `${identifier(source)}.outbox`;
  const selectAll = prepareStatement<Counted>(
    `backlog_${source}`,
    `${ofTopics}
       FROM (SELECT topic, created_at FROM ${outbox}
              WHERE bucket = ANY ($1::smallint[]) AND ${isToBeSent} LIMIT ${countLimit}) unsent
      GROUP BY topic`,
  );
  const selectFirst = prepareStatement<Counted>(
    `backlog_first_${source}`,
    `${ofTopics}
       FROM unnest($1::smallint[]) AS owned(bucket)
      CROSS JOIN LATERAL (
        SELECT topic, created_at FROM ${outbox} o
         WHERE o.bucket = owned.bucket AND ${isToBeSent} ORDER BY o.seq LIMIT $2) unsent
      GROUP BY topic`,
  );
  return async (buckets: readonly number[]): Promise<Backlog[]> => {
    const all = await selectAll(pool, [buckets]);
    if ((all[0]?.counted ?? 0) < countLimit) return all;
    return selectFirst(pool, [buckets, Math.ceil(countLimit / buckets.length)]);
  };
};
