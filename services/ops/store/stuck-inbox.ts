import { identifier } from '#platform/database/identifier.ts';
import type { Pool } from '#platform/database/pool.ts';
import type { StuckGroup } from '../domain/stuck.ts';
import { isOpenLetter } from './dead-letters.ts';
import { distinctCte } from './distinct.ts';
import {
  byBytes,
  firstLine,
  groupColumns,
  redrivenBefore,
  toGroup,
  type GroupRow,
} from './stuck-groups.ts';
import { search } from './query.ts';

// bounds the cost of counting, per consumer and topic
const countLimit = 50_000;
const columns = ['consumer', 'topic'];

const names = (table: string, where?: string): string =>
  distinctCte('names', { table, columns, ...(where !== undefined && { where }) });

const ofName = 't.consumer = n.consumer AND t.topic = n.topic';

/** Groups the open dead letters of a service by consumer, topic and the first line of their error. */
export const groupLetters =
  (pool: Pool) =>
  async (service: string): Promise<StuckGroup[]> => {
    const table = `${identifier(service)}.inbox_dead_letters`;
    const rows = await search<GroupRow>(
      pool,
      `WITH RECURSIVE ${names(table, isOpenLetter)},
       open AS MATERIALIZED (
         SELECT n.consumer, ${byBytes('n.topic', 'topic')}, l.*, count(*) OVER (PARTITION BY n.consumer, n.topic) >= ${countLimit} AS is_capped
           FROM names n CROSS JOIN LATERAL (
             SELECT ${byBytes('key')}, ${byBytes(firstLine('error'), 'reason')}, failed_at AS at FROM ${table} t
              WHERE ${ofName} AND ${isOpenLetter} LIMIT ${countLimit}) l),
       redriven AS MATERIALIZED (${redrivenBefore('redrive-dead-letters', 'letters')}),
       keys AS (
         SELECT consumer, topic, reason, key, min(at) AS since, max(at) AS newest, count(*) AS events,
                bool_or(is_capped) AS is_capped FROM open GROUP BY consumer, topic, reason, key)
       SELECT ${groupColumns} FROM keys LEFT JOIN redriven USING (topic, key)
        GROUP BY consumer, topic, reason`,
      [service],
    );
    return rows.map((row) => toGroup({ kind: 'DEAD_LETTER', service }, row));
  };

/**
 * Groups the parked keys of a service by consumer, topic and the first line of the error of their first message,
 * without those that a dead letter blocks.
 */
export const groupParked =
  (pool: Pool) =>
  async (service: string): Promise<StuckGroup[]> => {
    const at = identifier(service);
    const rows = await search<GroupRow>(
      pool,
      `WITH RECURSIVE ${names(`${at}.inbox_parked_keys`)},
       waiting AS MATERIALIZED (
         SELECT n.consumer, n.topic, k.*, count(*) OVER (PARTITION BY n.consumer, n.topic) >= ${countLimit} AS is_capped
           FROM names n CROSS JOIN LATERAL (
             SELECT key, parked_at FROM ${at}.inbox_parked_keys t WHERE ${ofName} ORDER BY key LIMIT ${countLimit}) k),
       keys AS (
         SELECT w.consumer, ${byBytes('w.topic', 'topic')}, ${byBytes(firstLine('p.error'), 'reason')}, ${byBytes('w.key', 'key')}, w.parked_at AS since,
                coalesce(p.last_attempt_at, w.parked_at) AS newest, 1 AS events, w.is_capped,
                NULL::timestamptz AS redriven_at
           FROM waiting w CROSS JOIN LATERAL (
             SELECT error, last_attempt_at, dead_at FROM ${at}.inbox_parked p
              WHERE p.consumer = w.consumer AND p.topic = w.topic AND p.key = w.key ORDER BY p.id LIMIT 1) p
          WHERE p.dead_at IS NULL)
       SELECT ${groupColumns} FROM keys GROUP BY consumer, topic, reason`,
      [],
    );
    return rows.map((row) => toGroup({ kind: 'PARKED', service }, row));
  };
