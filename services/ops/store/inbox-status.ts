import { identifier } from '#platform/database/identifier.ts';
import type { Pool } from '#platform/database/pool.ts';
import type { ConsumerStatus } from '../usecases/show-inbox-status.ts';
import { isOpenLetter } from './dead-letters.ts';
import { distinctCte } from './distinct.ts';
import { search, searchOften } from './query.ts';

// bounds the cost of counting waiting messages
const countLimit = 50_000;
// there is no index by time, but event ids are nearly in the order of time
const newestRows = 20_000;

const namesCte = (at: string): string => {
  const columns = ['consumer', 'topic'];
  const letters = { table: `${at}.inbox_dead_letters`, columns, where: isOpenLetter };
  return `${distinctCte('known', { table: `${at}.inbox_positions`, columns })},
       ${distinctCte('waiting', { table: `${at}.inbox_parked_keys`, columns })},
       ${distinctCte('lettered', letters)},
       names AS (SELECT * FROM known UNION SELECT * FROM waiting UNION SELECT * FROM lettered
                 UNION SELECT consumer, topic FROM ${at}.inbox_held_partitions)`;
};

/**
 * What is reported of the consumer `n`. Numbers are counted up to the limit; the oldest is the first entry of
 * an index, however many there are, and the error is taken from one of those that have waited longest.
 */
const countsOf = (at: string): string => {
  const keys = `${at}.inbox_parked_keys`;
  const ofName = (alias: string) => `${alias}.consumer = n.consumer AND ${alias}.topic = n.topic`;
  const count = (from: string, where: string) =>
    `(SELECT count(*)::integer FROM (SELECT FROM ${from} t WHERE ${ofName('t')} AND ${where} LIMIT ${countLimit}) counted)`;
  const ageOfFirst = (column: string) =>
    `(SELECT extract(epoch FROM clock_timestamp() - t.${column})::float8 FROM ${keys} t
       WHERE ${ofName('t')} AND t.${column} IS NOT NULL ORDER BY t.${column} LIMIT 1)`;
  return `${count(keys, 'true')} AS parked,
          ${count(keys, "due_at = 'infinity' AND letter_since IS NULL")} AS blocked,
          ${count(keys, 'letter_since IS NOT NULL')} AS unsent,
          ${count(`${at}.inbox_dead_letters`, isOpenLetter)} AS letters,
          ${ageOfFirst('parked_at')} AS oldest, ${ageOfFirst('letter_since')} AS oldest_letter,
          (SELECT max(letter_error) FROM (SELECT letter_error FROM ${keys} t WHERE ${ofName('t')}
             AND letter_since IS NOT NULL ORDER BY letter_since LIMIT ${countLimit}) waiting) AS letter_error`;
};

/** Lists the consumers of a service that have accepted messages. */
export const listConsumers =
  (pool: Pool) =>
  async (service: string): Promise<string[]> => {
    const text = `WITH RECURSIVE ${namesCte(identifier(service))} SELECT DISTINCT consumer FROM names ORDER BY 1`;
    const rows = await search<{ consumer: string }>(pool, text, []);
    return rows.map(({ consumer }) => consumer);
  };

const countColumns = `n.consumer, n.topic, c.parked AS "parkedKeys", c.blocked AS "blockedKeys",
              coalesce(c.oldest, 0) AS "oldestParkedSeconds", c.unsent AS "lettersWaiting",
              coalesce(c.oldest_letter, 0) AS "oldestLetterSeconds", coalesce(c.letter_error, '') AS "letterError",
              c.letters AS "deadLetters", greatest(c.parked, c.letters) >= ${countLimit} AS "isCapped"`;

export type WaitingAtConsumer = Omit<ConsumerStatus, 'lastTakenAt' | 'service'>;

/** Counts the same as `countInbox`, without looking for what was accepted last, which costs most. */
export const countWaiting =
  (pool: Pool) =>
  (service: string): Promise<WaitingAtConsumer[]> => {
    const at = identifier(service);
    return searchOften<WaitingAtConsumer>(
      pool,
      `WITH RECURSIVE ${namesCte(at)}
       SELECT ${countColumns} FROM names n CROSS JOIN LATERAL (SELECT ${countsOf(at)}) c
        ORDER BY n.consumer, n.topic`,
      [],
    );
  };

/** Counts the waiting and the given-up messages, per consumer and topic of a service. */
export const countInbox =
  (pool: Pool) =>
  async (service: string): Promise<ConsumerStatus[]> => {
    const at = identifier(service);
    const rows = await search<Omit<ConsumerStatus, 'service'>>(
      pool,
      `WITH RECURSIVE ${namesCte(at)},
       newest AS MATERIALIZED (
         SELECT consumer, topic, taken_at FROM ${at}.inbox ORDER BY event_id DESC LIMIT ${newestRows})
       SELECT ${countColumns},
              (SELECT max(taken_at) FROM newest w WHERE w.consumer = n.consumer AND w.topic = n.topic) AS "lastTakenAt"
         FROM names n CROSS JOIN LATERAL (SELECT ${countsOf(at)}) c
        ORDER BY n.consumer, n.topic`,
      [],
    );
    return rows.map(({ lastTakenAt, ...row }) => ({
      service,
      ...row,
      lastTakenAt: lastTakenAt ?? undefined,
    }));
  };
