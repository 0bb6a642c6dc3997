import type { Pool } from '#platform/database/pool.ts';
import { identifier } from '#platform/database/identifier.ts';
import { waitingError } from '#platform/outbox/waiting.ts';
import type { PublisherAtWork, TopicCounts } from '../domain/status.ts';
import { search } from './query.ts';

// so that looking at a large backlog stays cheap
const countLimit = 50_000;

const limited = (what: string): string =>
  `(SELECT *, count(*) OVER () >= ${countLimit} AS "isCapped" FROM (SELECT * FROM (${what}) one LIMIT ${countLimit}) counted)`;

/** What of a source is unsent or FAILED, per topic. Three looks at small indexes, each counted up to 50,000. */
export const countTopics =
  (pool: Pool) =>
  (source: string): Promise<TopicCounts[]> => {
    const outbox = `${identifier(source)}.outbox`;
    const unsent = `SELECT topic, key, 'backlog' AS kind, created_at FROM ${outbox}
      WHERE sent_at IS NULL AND error IS NULL`;
    const failed = `SELECT topic, key, 'failed', created_at FROM ${outbox}
      WHERE sent_at IS NULL AND error <> '${waitingError}' AND status = 'FAILED'`;
    const kept = `SELECT topic, key, 'failed', created_at FROM ${outbox}_failed
      WHERE discarded_at IS NULL`;
    const waiting = `SELECT topic, key, 'waiting', created_at FROM ${outbox}
      WHERE sent_at IS NULL AND error = '${waitingError}'`;
    return search<TopicCounts>(
      pool,
      `SELECT topic,
              count(*) FILTER (WHERE kind = 'backlog')::integer AS "backlogRows",
              coalesce(extract(epoch FROM clock_timestamp()
                - min(created_at) FILTER (WHERE kind = 'backlog')), 0)::float8 AS "oldestAgeSeconds",
              count(*) FILTER (WHERE kind = 'failed')::integer AS "failedRows",
              count(DISTINCT key) FILTER (WHERE kind = 'failed')::integer AS "failedKeys",
              count(*) FILTER (WHERE kind = 'waiting')::integer AS "waitingRows",
              bool_or("isCapped") AS "isCapped"
         FROM (${[unsent, failed, kept, waiting].map((each) => `SELECT * FROM ${limited(each)} l`).join(' UNION ALL ')}) row
        GROUP BY topic ORDER BY topic`,
      [],
    );
  };

/** The publishers of a source and the buckets of it that they own. */
export const listPublishers =
  (pool: Pool) =>
  (source: string): Promise<PublisherAtWork[]> =>
    search<PublisherAtWork>(
      pool,
      `SELECT m.id, m.epoch, m.expires_at AS "expiresAt",
              m.expires_at <= clock_timestamp() AS "isExpired",
              coalesce(array_agg(b.bucket::integer) FILTER (WHERE b.bucket IS NOT NULL), '{}') AS buckets
         FROM publisher.members m
         LEFT JOIN publisher.buckets b ON b.owner = m.epoch AND b.source = $1
        WHERE $1 = ANY (m.sources) GROUP BY m.epoch ORDER BY m.epoch`,
      [source],
    );
