import { identifier } from '#platform/database/identifier.ts';
import type { Pool } from '#platform/database/pool.ts';
import { bucketOf } from '#platform/messaging/outbox/bucket.ts';
import { hasError, isToBeSent, isWaiting } from '#platform/messaging/outbox/row-states.ts';
import type { RedrivenLetters } from '../domain/changed.ts';
import type { Unfinished } from '../usecases/follow-operation.ts';
import type { KeyOfTopic } from '../usecases/redrive.ts';
import { search } from './query.ts';

const sampleSize = 20;

/** Counts rows of a relation `each` with a `state`; those that are through have none of these. */
const countStates = async (
  pool: Pool,
  each: string,
  values: readonly unknown[],
): Promise<Unfinished> => {
  const [row] = await search<
    Omit<Unfinished, 'failedSample'> & { topics: string[]; keys: string[] }
  >(
    pool,
    `WITH each AS MATERIALIZED (${each}),
     again AS (SELECT DISTINCT topic, key FROM each WHERE state = 'failed' ORDER BY topic, key LIMIT ${sampleSize})
     SELECT count(*) FILTER (WHERE state = 'failed')::integer AS "failedAgain",
            count(*) FILTER (WHERE state = 'discarded')::integer AS discarded,
            count(*) FILTER (WHERE state = 'waiting')::integer AS waiting,
            ARRAY(SELECT topic FROM again) AS topics, ARRAY(SELECT key FROM again) AS keys FROM each`,
    values,
  );
  if (!row) throw new Error('A statement of counts returned no row.');
  const { topics, keys, ...counts } = row;
  const failedSample = topics.map((topic, index) => ({ topic, key: keys[index] ?? '' }));
  return { ...counts, failedSample };
};

/**
 * Counts events of the keys that were written up to a time and are not sent. They are found by the indexes of
 * unsent rows, so the cost does not grow with the history.
 */
export const followKeys =
  (pool: Pool) =>
  (
    source: string,
    { keys, at }: { keys: readonly KeyOfTopic[]; at: Date },
  ): Promise<Unfinished> => {
    const outbox = `${identifier(source)}.outbox`;
    const isOfKeys = '(topic, key) IN (SELECT * FROM unnest($1::text[], $2::text[]))';
    const isThen = `bucket = ANY ($3::smallint[]) AND created_at <= $4 AND ${isOfKeys}`;
    return countStates(
      pool,
      `SELECT topic, key, 'waiting' AS state FROM ${outbox} WHERE ${isToBeSent} AND ${isThen}
       UNION ALL SELECT topic, key, 'waiting' FROM ${outbox} WHERE ${isWaiting} AND ${isThen}
       UNION ALL SELECT topic, key, 'failed' FROM ${outbox} WHERE ${hasError} AND ${isThen}
       UNION ALL SELECT topic, key, CASE WHEN discarded_at IS NULL THEN 'failed' ELSE 'discarded' END
         FROM ${outbox}_failed WHERE (discarded_at IS NULL OR discarded_at >= $4) AND ${isThen}`,
      [
        keys.map(({ topic }) => topic),
        keys.map(({ key }) => key),
        [...new Set(keys.map(({ key }) => bucketOf(key)))],
        at,
      ],
    );
  };

/** Counts those of the events that are not sent. */
export const followEvents =
  (pool: Pool) =>
  (source: string, ids: readonly string[]): Promise<Unfinished> => {
    const outbox = `${identifier(source)}.outbox`;
    return countStates(
      pool,
      `SELECT topic, key, CASE WHEN error IS NULL THEN 'waiting' ELSE 'failed' END AS state
         FROM ${outbox} WHERE id = ANY ($1::uuid[]) AND sent_at IS NULL
       UNION ALL SELECT topic, key, CASE WHEN discarded_at IS NULL THEN 'failed' ELSE 'discarded' END
         FROM ${outbox}_failed WHERE id = ANY ($1::uuid[])`,
      [ids],
    );
  };

/** Counts those of the letters that are not handled. Giving a message up again clears `redriven_at`. */
export const followLetters =
  (pool: Pool) =>
  (service: string, { consumer, letters }: RedrivenLetters): Promise<Unfinished> => {
    const at = identifier(service);
    return countStates(
      pool,
      `SELECT d.topic, d.key, CASE
                WHEN d.discarded_at IS NOT NULL THEN 'discarded'
                WHEN d.redriven_at IS NULL THEN 'failed'
                WHEN EXISTS (SELECT FROM ${at}.inbox_parked p WHERE p.consumer = $1 AND p.topic = d.topic
                                AND p.key = d.key AND p.event_id = d.event_id) THEN 'waiting'
              END AS state
         FROM ${at}.inbox_dead_letters d WHERE d.consumer = $1 AND d.event_id = ANY ($2::uuid[])`,
      [consumer, letters.map(({ eventId }) => eventId)],
    );
  };
