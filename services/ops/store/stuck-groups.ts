import type { StuckGroup } from '../domain/stuck.ts';

const sampleSize = 20;
const reasonLength = 300;
// redrives whose keys are remembered, among so many of the latest operations
const latestRedrives = 200;
const latestOperations = 5_000;

/** The first line of an error, which makes the difference between causes; `reason` and `first_line` are compared with it. */
export const firstLine = (column: string): string =>
  `left(split_part(coalesce(${column}, ''), E'\\n', 1), ${reasonLength})`;

/** A column that is sorted and grouped by its bytes: the order of a language would cost more and serve nobody. */
export const byBytes = (column: string, name = column): string =>
  `${column} COLLATE "C" AS ${name}`;

/** When the latest redrives of the source $1 released which keys, up to a bound. */
export const redrivenBefore = (operation: string, list: 'keys' | 'letters'): string => `
  SELECT ${byBytes("(c->>'topic')", 'topic')}, ${byBytes("(c->>'key')", 'key')}, min(at) AS redriven_at
    FROM (SELECT at, changed FROM (
            SELECT at, source, operation, changed FROM ops.operations ORDER BY id DESC LIMIT ${latestOperations}) latest
           WHERE source = $1 AND operation = '${operation}' AND changed IS NOT NULL
           LIMIT ${latestRedrives}) o,
         jsonb_array_elements(o.changed->'${list}') c
   GROUP BY 1, 2`;

/**
 * Aggregates rows of one key each: consumer, topic, reason, key, since, newest, events, is_capped, redriven_at.
 * A redrive leaves nothing failed of its keys, so what failed within its millisecond failed after it.
 */
export const groupColumns = `consumer, topic, reason, count(*)::integer AS orders, sum(events)::integer AS events,
  min(since) AS since, max(newest) AS newest, bool_or(is_capped) AS "isCapped",
  (array_agg(key ORDER BY since, key))[:${sampleSize}] AS sample,
  count(*) FILTER (WHERE redriven_at <= newest)::integer AS "failedAgain"`;

export interface GroupRow {
  consumer: string;
  topic: string;
  reason: string;
  orders: number;
  events: number;
  since: Date;
  newest: Date;
  isCapped: boolean;
  sample: string[];
  failedAgain: number;
}

export const toGroup = (
  cause: Pick<StuckGroup, 'kind' | 'service'>,
  row: GroupRow,
): StuckGroup => ({ ...cause, ...row, partition: undefined, owedBy: '' });
