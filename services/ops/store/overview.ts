import { identifier } from '#platform/database/identifier.ts';
import type { Pool } from '#platform/database/pool.ts';
import type { PublisherFigures } from '../domain/overview.ts';
import { searchOften } from './query.ts';

/** How far the sequence of an outbox has come, and the topic of its newest event. */
export interface OutboxHead {
  /** Sequence numbers that were given out; one that was rolled back counts, too. */
  created: bigint;
  newestTopic: string | undefined;
}

export const loadOutboxHead =
  (pool: Pool) =>
  async (source: string): Promise<OutboxHead> => {
    const at = identifier(source);
    const [head] = await searchOften<{ created: string; newestTopic: string | null }>(
      pool,
      `SELECT CASE WHEN is_called THEN last_value ELSE 0 END::text AS created,
              (SELECT topic FROM ${at}.outbox ORDER BY id DESC LIMIT 1) AS "newestTopic"
         FROM ${at}.outbox_seq_seq`,
      [],
    );
    return { created: BigInt(head?.created ?? 0), newestTopic: head?.newestTopic ?? undefined };
  };

/** Lists the publishers with the age of their leases and the buckets that each owns, by source. */
export const listPublishersOfAll = (pool: Pool) => (): Promise<PublisherFigures[]> =>
  searchOften<PublisherFigures>(
    pool,
    `SELECT m.id, extract(epoch FROM clock_timestamp() - m.seen_at)::float8 AS "leaseAgeSeconds",
            m.expires_at <= clock_timestamp() AS "isExpired",
            coalesce((SELECT jsonb_agg(jsonb_build_object('source', o.source, 'buckets', o.buckets) ORDER BY o.source)
                        FROM (SELECT source, count(*) AS buckets FROM publisher.buckets b
                               WHERE b.owner = m.epoch GROUP BY source) o), '[]') AS owned
       FROM publisher.members m ORDER BY m.id, m.epoch`,
    [],
  );
