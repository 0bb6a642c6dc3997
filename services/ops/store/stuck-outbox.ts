import { identifier } from '#platform/database/identifier.ts';
import type { Pool } from '#platform/database/pool.ts';
import { bucketCount } from '#platform/messaging/outbox/bucket.ts';
import { hasError } from '#platform/messaging/outbox/row-states.ts';
import type { StuckGroup } from '../domain/stuck.ts';
import {
  byBytes,
  firstLine,
  groupColumns,
  redrivenBefore,
  toGroup,
  type GroupRow,
} from './stuck-groups.ts';
import { search } from './query.ts';

// bounds the cost of counting, per source
const countLimit = 50_000;
const limitOfBucket = Math.ceil(countLimit / bucketCount);

const failedRows = (outbox: string): string => {
  const columns = `${byBytes('topic')}, ${byBytes('key')}, ${byBytes(firstLine('error'), 'reason')},
    coalesce(last_attempt_at, created_at) AS at`;
  return `SELECT row.*, count(*) OVER (PARTITION BY b.bucket) >= ${limitOfBucket} AS is_capped
      FROM generate_series(0, ${bucketCount - 1}) AS b(bucket)
     CROSS JOIN LATERAL (
       SELECT ${columns} FROM ${outbox} o
        WHERE o.bucket = b.bucket AND ${hasError} AND status = 'FAILED'
        ORDER BY o.topic, o.key LIMIT ${limitOfBucket}) row
    UNION ALL
    SELECT row.*, count(*) OVER () >= ${countLimit}
      FROM (SELECT ${columns} FROM ${outbox}_failed WHERE discarded_at IS NULL
             ORDER BY topic, key LIMIT ${countLimit}) row`;
};

/** Groups the FAILED events of a source by topic and reason. */
export const groupFailed =
  (pool: Pool) =>
  async (source: string): Promise<StuckGroup[]> => {
    const rows = await search<GroupRow>(
      pool,
      `WITH failed AS MATERIALIZED (${failedRows(`${identifier(source)}.outbox`)}),
       redriven AS MATERIALIZED (${redrivenBefore('redrive', 'keys')}),
       keys AS (
         SELECT '' AS consumer, topic, reason, key, min(at) AS since, max(at) AS newest, count(*) AS events,
                bool_or(is_capped) AS is_capped FROM failed GROUP BY topic, reason, key)
       SELECT ${groupColumns} FROM keys LEFT JOIN redriven USING (topic, key)
        GROUP BY consumer, topic, reason`,
      [source],
    );
    return rows.map((row) => toGroup({ kind: 'FAILED', service: source }, row));
  };
