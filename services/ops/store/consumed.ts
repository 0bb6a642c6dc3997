import { identifier } from '#platform/database/identifier.ts';
import type { Pool } from '#platform/database/pool.ts';
import type { ConsumedMessage, ConsumerPosition, TimerOfKey } from '../domain/consumed.ts';
import { toConsumed, type ConsumedRow } from './consumed-rows.ts';
import { distinctCte } from './distinct.ts';
import { search, searchOften } from './query.ts';
import type { KeyFilter } from './events.ts';

/** Rows of the key and of the consumer `c`. OFFSET 0 makes the planner use the index in any case. */
const ofConsumer = (table: string): string =>
  `(SELECT * FROM ${table} o WHERE o.consumer = c.consumer AND o.topic = c.topic AND o.key = $1 OFFSET 0)`;

/**
 * Lists what an inbox knows of a key: the newest messages, those given up last, and the first of each queue.
 * It is one statement, so that no message is missed between two tables.
 */
export const listConsumed =
  (pool: Pool) =>
  async (
    service: string,
    { key, topic }: KeyFilter,
    limit: number,
  ): Promise<{ messages: ConsumedMessage[]; hasEarlier: boolean }> => {
    const at = identifier(service);
    const ofKey = `key = $1 AND ($2 = '' OR topic = $2)`;
    const rows = await search<ConsumedRow & { has_earlier: boolean }>(
      pool,
      `WITH RECURSIVE ${distinctCte('consumers', { table: `${at}.inbox_parked_keys`, columns: ['consumer', 'topic'] })},
       taken AS MATERIALIZED (SELECT * FROM ${at}.inbox WHERE ${ofKey}),
       letters AS MATERIALIZED (SELECT * FROM ${at}.inbox_dead_letters WHERE ${ofKey}),
       parked AS MATERIALIZED (
         SELECT p.*, nullif(k.due_at, 'infinity') AS due_at, k.letter_since, k.letter_error AS unsent_error
           FROM consumers c
          CROSS JOIN LATERAL ${ofConsumer(`${at}.inbox_parked_keys`)} k
          CROSS JOIN LATERAL ${ofConsumer(`${at}.inbox_parked`)} p
          WHERE $2 = '' OR c.topic = $2),
       names AS (
         (SELECT consumer, event_id FROM taken ORDER BY event_id DESC LIMIT $3)
         UNION
         (SELECT consumer, event_id FROM letters ORDER BY failed_at DESC LIMIT $3)
         UNION
         (SELECT DISTINCT ON (consumer, topic) consumer, event_id FROM parked ORDER BY consumer, topic, id))
       SELECT consumer, event_id::text, coalesce(t.topic, p.topic, l.topic) AS topic,
              coalesce(t.source, p.source, l.source) AS source,
              coalesce(t.sequence, p.sequence, l.sequence) AS sequence,
              coalesce(t.event_type, p.event_type, l.event_type) AS event_type,
              coalesce(t.partition, p.partition, l.partition) AS partition,
              coalesce(t."offset", p."offset", l."offset") AS "offset",
              t.outcome::text, t.taken_at, p.id AS place, p.attempts, p.hopeless_reason IS NOT NULL AS is_hopeless, p.error, p.last_attempt_at,
              p.dead_at, p.due_at, p.letter_since, p.unsent_error, l.attempts AS letter_attempts, l.error AS letter_error, l.failed_at,
              l.redriven_at, l.redriven_by, l.discarded_at, l.discarded_by, l.discard_reason,
              (SELECT count(*) FROM taken) > $3 AS has_earlier
         FROM names LEFT JOIN taken t USING (consumer, event_id)
         LEFT JOIN parked p USING (consumer, event_id) LEFT JOIN letters l USING (consumer, event_id)
        ORDER BY consumer, topic, sequence NULLS LAST, "offset"`,
      [key, topic, limit],
    );
    return {
      messages: rows.map((row) => toConsumed(service, row)),
      hasEarlier: rows[0]?.has_earlier === true,
    };
  };

/** Lists how far the consumers of a service are with a key. */
export const listPositions =
  (pool: Pool) =>
  async (service: string, { key, topic }: KeyFilter): Promise<ConsumerPosition[]> => {
    const table = `${identifier(service)}.inbox_positions`;
    const rows = await searchOften<Omit<ConsumerPosition, 'service'>>(
      pool,
      `WITH RECURSIVE ${distinctCte('consumers', { table, columns: ['consumer', 'topic'] })}
       SELECT p.consumer, p.topic, p.source, p.sequence
         FROM consumers c CROSS JOIN LATERAL ${ofConsumer(table)} p
        WHERE $2 = '' OR c.topic = $2 ORDER BY p.consumer, p.topic, p.source`,
      [key, topic],
    );
    return rows.map((row) => ({ service, ...row }));
  };

/** Lists the timers of a key, those due first at the head. */
export const listTimers =
  (pool: Pool) =>
  async (service: string, key: string): Promise<TimerOfKey[]> => {
    const table = `${identifier(service)}.timers`;
    const rows = await searchOften<Omit<TimerOfKey, 'service'>>(
      pool,
      `WITH RECURSIVE ${distinctCte('kinds', { table, columns: ['kind'] })}
       SELECT t.kind, t.due_at AS "dueAt", t.attempts, coalesce(t.last_error, '') AS "lastError",
              t.created_at AS "createdAt"
         FROM kinds k
        CROSS JOIN LATERAL (SELECT * FROM ${table} o WHERE o.kind = k.kind AND o.key = $1 OFFSET 0) t
        ORDER BY t.due_at, t.kind`,
      [key],
    );
    return rows.map((row) => ({ service, ...row }));
  };
