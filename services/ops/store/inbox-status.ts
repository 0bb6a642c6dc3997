import { identifier } from '#platform/database/identifier.ts';
import type { Pool } from '#platform/database/pool.ts';
import type { ConsumerStatus } from '../usecases/show-inbox-status.ts';
import { isOpenLetter } from './dead-letters.ts';
import { distinctCte } from './distinct.ts';
import { search } from './query.ts';

// so that looking at what waits stays cheap, however much that is
const countLimit = 50_000;
// there is no index by time: event ids are in the order of time, nearly
const newestRows = 20_000;

const namesCte = (at: string): string => {
  const name = ['consumer', 'topic'];
  return `${distinctCte('known', `${at}.inbox_positions`, name)},
       ${distinctCte('waiting', `${at}.inbox_parked_keys`, name)},
       letters AS MATERIALIZED (
         SELECT consumer, topic FROM ${at}.inbox_dead_letters WHERE ${isOpenLetter} LIMIT ${countLimit}),
       names AS (SELECT * FROM known UNION SELECT * FROM waiting UNION SELECT * FROM letters)`;
};

/** The consumers of a service: who has taken something in. */
export const listConsumers =
  (pool: Pool) =>
  async (service: string): Promise<string[]> => {
    const text = `WITH RECURSIVE ${namesCte(identifier(service))} SELECT DISTINCT consumer FROM names ORDER BY 1`;
    const rows = await search<{ consumer: string }>(pool, text, []);
    return rows.map(({ consumer }) => consumer);
  };

/** What waits and what was given up, per consumer and topic of a service. */
export const countInbox =
  (pool: Pool) =>
  async (service: string): Promise<ConsumerStatus[]> => {
    const at = identifier(service);
    const rows = await search<Omit<ConsumerStatus, 'service'>>(
      pool,
      `WITH RECURSIVE ${namesCte(at)},
       newest AS MATERIALIZED (
         SELECT consumer, topic, taken_at FROM ${at}.inbox ORDER BY event_id DESC LIMIT ${newestRows})
       SELECT n.consumer, n.topic, k.keys AS "parkedKeys", k.blocked AS "blockedKeys",
              coalesce(k.oldest, 0) AS "oldestParkedSeconds", k.letters AS "lettersWaiting",
              coalesce(k.oldest_letter, 0) AS "oldestLetterSeconds", coalesce(k.letter_error, '') AS "letterError", d.letters AS "deadLetters",
              (SELECT max(taken_at) FROM newest w WHERE w.consumer = n.consumer AND w.topic = n.topic) AS "lastTakenAt",
              k.keys >= ${countLimit} OR (SELECT count(*) FROM letters) >= ${countLimit} AS "isCapped"
         FROM names n
         CROSS JOIN LATERAL (
           SELECT count(*)::integer AS keys, (count(*) FILTER (WHERE due_at = 'infinity' AND letter_since IS NULL))::integer AS blocked,
                  extract(epoch FROM clock_timestamp() - min(parked_at))::float8 AS oldest,
                  count(letter_since)::integer AS letters, max(letter_error) AS letter_error,
                  extract(epoch FROM clock_timestamp() - min(letter_since))::float8 AS oldest_letter
             FROM (SELECT * FROM ${at}.inbox_parked_keys p WHERE p.consumer = n.consumer AND p.topic = n.topic
                    LIMIT ${countLimit}) counted) k
         CROSS JOIN LATERAL (
           SELECT count(*)::integer AS letters FROM letters l
            WHERE l.consumer = n.consumer AND l.topic = n.topic) d
        ORDER BY n.consumer, n.topic`,
      [],
    );
    return rows.map(({ lastTakenAt, ...row }) => ({
      service,
      ...row,
      lastTakenAt: lastTakenAt ?? undefined,
    }));
  };
