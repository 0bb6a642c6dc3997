import type { Pool } from '#platform/database/pool.ts';
import { identifier } from '#platform/database/identifier.ts';
import { isWaiting } from '#platform/messaging/outbox/row-states.ts';
import type { FailedKey } from '../usecases/list-blocked.ts';
import { search } from './query.ts';
import { eventsOf, isFailed } from './rows.ts';

export interface FailedKeyPage {
  /** Empty for all topics. */
  topic: string;
  /** The last key of the previous page. */
  after: { topic: string; key: string };
  limit: number;
}

/** Lists the keys with a FAILED event, by topic and key, with the first such event of each. */
export const listFailedKeys =
  (pool: Pool) =>
  (source: string, { topic, after, limit }: FailedKeyPage): Promise<FailedKey[]> => {
    const outbox = `${identifier(source)}.outbox`;
    return search<FailedKey>(
      pool,
      `WITH failed AS MATERIALIZED (
         SELECT DISTINCT ON (topic, key) topic, key, sequence, error AS reason,
                coalesce(last_attempt_at, created_at) AS "failedAt",
                (count(*) OVER (PARTITION BY topic, key))::integer AS "failedRows"
           FROM ${eventsOf(outbox)}
          WHERE ${isFailed} AND ($1 = '' OR e.topic = $1) AND (e.topic, e.key) > ($2, $3)
          ORDER BY topic, key, sequence LIMIT $4),
       waiting AS (
         SELECT topic, key, count(*)::integer AS rows FROM ${outbox}
          WHERE ${isWaiting} AND (topic, key) IN (SELECT topic, key FROM failed) GROUP BY topic, key)
       SELECT failed.*, coalesce(waiting.rows, 0) AS "waitingRows"
         FROM failed LEFT JOIN waiting USING (topic, key) ORDER BY topic, key`,
      [topic, after.topic, after.key, limit],
    );
  };
