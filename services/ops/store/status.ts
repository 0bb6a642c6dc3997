import type { Pool } from '#platform/database/pool.ts';
import { identifier } from '#platform/database/identifier.ts';
import { bucketCount } from '#platform/messaging/outbox/bucket.ts';
import { hasError, isToBeSent, isWaiting } from '#platform/messaging/outbox/row-states.ts';
import type { PublisherAtWork, TopicCounts, UnwritablePartition } from '../domain/status.ts';
import { searchOften } from './query.ts';

// bounds the cost of looking at a large backlog
const countLimit = 50_000;
const limitOfBucket = Math.ceil(countLimit / bucketCount);

/**
 * The first rows of each bucket in the order of an index: a bucket with very many rows does not hide those of
 * another.
 */
const limited = (
  columns: string,
  { from, where, by }: { from: string; where: string; by: string },
) =>
  `(SELECT ${columns}, created_at, count(*) OVER (PARTITION BY b.bucket) >= ${limitOfBucket} AS "isCapped"
      FROM generate_series(0, ${bucketCount - 1}) AS b(bucket)
     CROSS JOIN LATERAL (
       SELECT topic, key, created_at FROM ${from} o
        WHERE o.bucket = b.bucket AND ${where} ORDER BY ${by} LIMIT ${limitOfBucket}) row)`;

/**
 * Counts the unsent and FAILED rows of a source, per topic. Reads small indexes, each up to 50,000 entries.
 */
export const countTopics =
  (pool: Pool) =>
  (source: string): Promise<TopicCounts[]> => {
    const outbox = `${identifier(source)}.outbox`;
    const unsent = limited(`topic, key, 'backlog' AS kind`, {
      from: outbox,
      where: isToBeSent,
      by: 'o.seq',
    });
    const failed = limited(`topic, key, 'failed'`, {
      from: outbox,
      where: `${hasError} AND status = 'FAILED'`,
      by: 'o.topic, o.key',
    });
    const waiting = limited(`topic, key, 'waiting'`, {
      from: outbox,
      where: isWaiting,
      by: 'o.topic, o.key',
    });
    const kept = `(SELECT topic, key, 'failed', created_at, count(*) OVER () >= ${countLimit}
      FROM (SELECT topic, key, created_at FROM ${outbox}_failed
             WHERE discarded_at IS NULL ORDER BY topic, key LIMIT ${countLimit}) row)`;
    return searchOften<TopicCounts>(
      pool,
      `SELECT topic,
              count(*) FILTER (WHERE kind = 'backlog')::integer AS "backlogRows",
              coalesce(extract(epoch FROM clock_timestamp()
                - min(created_at) FILTER (WHERE kind = 'backlog')), 0)::float8 AS "oldestAgeSeconds",
              count(*) FILTER (WHERE kind = 'failed')::integer AS "failedRows",
              count(DISTINCT key) FILTER (WHERE kind = 'failed')::integer AS "failedKeys",
              count(*) FILTER (WHERE kind = 'waiting')::integer AS "waitingRows",
              bool_or("isCapped") AS "isCapped"
         FROM (${[unsent, failed, kept, waiting].join(' UNION ALL ')}) row
        GROUP BY topic ORDER BY topic`,
      [],
    );
  };

/** Lists the publishers of a source and the buckets of it that they own. */
export const listPublishers =
  (pool: Pool) =>
  (source: string): Promise<PublisherAtWork[]> =>
    searchOften<PublisherAtWork>(
      pool,
      `SELECT m.id, m.epoch, m.expires_at AS "expiresAt",
              m.expires_at <= clock_timestamp() AS "isExpired",
              coalesce(array_agg(b.bucket::integer) FILTER (WHERE b.bucket IS NOT NULL), '{}') AS buckets
         FROM publisher.members m
         LEFT JOIN publisher.buckets b ON b.owner = m.epoch AND b.source = $1
        WHERE $1 = ANY (m.sources) GROUP BY m.epoch ORDER BY m.epoch`,
      [source],
    );

/** Lists the partitions that running publishers cannot write, each with its last try. */
export const listUnwritable =
  (pool: Pool) =>
  (source: string): Promise<UnwritablePartition[]> =>
    searchOften<UnwritablePartition>(
      pool,
      `SELECT DISTINCT ON (u.topic, u.partition) u.topic, u.partition, coalesce(u.broker, '') AS broker, u.error,
              u.attempts, min(u.since) OVER (PARTITION BY u.topic, u.partition) AS since, u.tried_at AS "triedAt"
         FROM publisher.unwritable_partitions u JOIN publisher.members m USING (epoch)
        WHERE u.source = $1 AND m.expires_at > clock_timestamp()
        ORDER BY u.topic, u.partition, u.tried_at DESC`,
      [source],
    );
