import type { Pool } from '#platform/database/pool.ts';
import { identifier } from '#platform/database/identifier.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { isToBeSent } from '#platform/messaging/outbox/row-states.ts';

export interface Backlog {
  topic: string;
  /**
   * Unsent rows; when there are more than `countLimit` in all, only the first ones of each bucket are
   * counted.
   */
  rows: number;
  oldestAgeSeconds: number;
}

// bounds the cost of looking at a large backlog
const countLimit = 10_000;

type Counted = Backlog & { counted: number };

/**
 * Counts the unsent rows in these buckets, per topic. Rows behind a failed one are counted elsewhere. Beyond
 * the limit an equal number of rows of each bucket is counted, in the order of `seq`, so that a bucket with
 * very many rows does not hide older ones of another.
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
