import type { Pool } from '#platform/database/pool.ts';
import { identifier } from '#platform/database/identifier.ts';
import { prepareStatement } from '#platform/database/statement.ts';

export interface Backlog {
  topic: string;
  /** Unsent rows; counted up to `countLimit` of all topics together. */
  rows: number;
  oldestAgeSeconds: number;
}

// so that looking at a large backlog stays cheap
const countLimit = 10_000;

/** What waits to be sent in these buckets, per topic. Rows behind a failed one are counted elsewhere. */
export const readBacklog = (pool: Pool, source: string) => {
  const select = prepareStatement<Backlog>(
    `backlog_${source}`,
    `SELECT topic, count(*)::integer AS rows,
            extract(epoch FROM clock_timestamp() - min(created_at))::float8 AS "oldestAgeSeconds"
       FROM (SELECT topic, created_at FROM ${identifier(source)}.outbox
              WHERE bucket = ANY ($1::smallint[]) AND sent_at IS NULL AND error IS NULL
              LIMIT ${countLimit}) unsent
      GROUP BY topic`,
  );
  return (buckets: readonly number[]): Promise<Backlog[]> => select(pool, [buckets]);
};
