import { identifier } from '#platform/database/identifier.ts';
import type { Pool } from '#platform/database/pool.ts';
import type { System } from '../usecases/tell-lifecycles.ts';
import type { Mark, Watched } from '../usecases/find-changed.ts';
import { distinctCte } from './distinct.ts';
import { isIdOf } from './facts.ts';
import { searchOften } from './query.ts';
import { idFrom } from './recent.ts';

/** A schema with what it has of the tables that are watched. */
export interface WatchedSchema {
  name: string;
  hasOutbox: boolean;
  hasInbox: boolean;
  hasTimers: boolean;
  system: System | undefined;
}

// An id is made before its commit. Most rows are committed at once and their keys' pages must show them soon. A
// transaction takes no longer than the publisher's lease (5 s), and clocks differ a little: the longer look, which comes
// more often than every 5 s, finds what the shorter ones cannot have seen.
const overlapMs = { short: 2_000, long: 10_000 };
// A plan for any values takes a range with one end for a third of the table, and one with two ends for a small part.
const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/**
 * Reads the marks of the watched keys by one statement, however many keys and schemas there are: an event's mark
 * changes with its row, the others with what the inbox, the timers and the orders' table have of a key. Of the outbox,
 * which has no index by key, it reads what was written in the last seconds, of more of them in a long look, and the
 * events whose ids are known.
 */
export const readMarks =
  (pool: Pool) =>
  (schemas: readonly WatchedSchema[], watched: Watched): Promise<Mark[]> => {
    const { keys, eventIds, isLongLook } = watched;
    const since = Date.now() - (isLongLook ? overlapMs.long : overlapMs.short);
    const values: unknown[] = [keys, idFrom(since), lastId];
    const bind: Bind = (list, type) => `$${values.push(list)}::${type}[]`;
    const texts = schemas.map((schema) =>
      textOf(schema, { keys, eventIds: eventIds.get(schema.name) ?? [] }, bind),
    );
    return searchOften<Mark>(pool, [`(${noMark})`, ...texts].join('\nUNION ALL '), values);
  };

/** Makes a list a parameter of the statement. */
type Bind = (list: readonly string[], type: string) => string;

// it says what types the parameters have that no schema may use
const noMark = `SELECT NULL::text AS schema, key, NULL::text AS id, ''::text AS mark FROM unnest($1::text[]) key
                 WHERE $2::uuid IS NULL AND $3::uuid IS NULL`;

const textOf = (
  { name, hasOutbox, hasInbox, hasTimers, system }: WatchedSchema,
  { keys, eventIds }: { keys: readonly string[]; eventIds: readonly string[] },
  bind: Bind,
): string => {
  const at = identifier(name);
  const parts = [
    ...(hasOutbox ? eventParts(at, bind(eventIds, 'uuid')) : []),
    ...(system
      ? [factsPart(at, system, bind(keys.filter(isIdOf(system)), keyTypeOf(system)))]
      : []),
    ...(hasInbox ? inboxParts(at) : []),
    ...(hasTimers ? [timersPart(at)] : []),
  ];
  const names = [
    ...(hasInbox
      ? [
          distinctCte('consumers', {
            table: `${at}.inbox_positions`,
            columns: ['consumer', 'topic'],
          }),
        ]
      : []),
    ...(hasTimers ? [distinctCte('kinds', { table: `${at}.timers`, columns: ['kind'] })] : []),
  ];
  const ctes = names.length > 0 ? `WITH RECURSIVE ${names.join(', ')} ` : '';
  return `(${ctes}SELECT '${name}', m.* FROM (${parts.join('\nUNION ALL ')}) m)`;
};

const keyTypeOf = ({ lifecycle }: System): string => lifecycle.tables.keyType;

const eventParts = (at: string, ids: string): string[] => {
  const mark = `concat_ws(' ', status, is_waiting, error, attempts, sent_at)`;
  // A hash of the keys: a plan for any values compares each row with one key of an array after the other. IS TRUE keeps
  // the planner from making a join of it.
  const isOfKeys = '(key IN (SELECT unnest($1::text[]))) IS TRUE';
  return [
    `SELECT key, id::text, ${mark} FROM ${at}.outbox WHERE id BETWEEN $2 AND $3 AND ${isOfKeys}`,
    `SELECT key, id::text, ${mark} FROM ${at}.outbox WHERE id = ANY (${ids})`,
    `SELECT key, id::text, concat_ws(' ', 'moved', discarded_at) FROM ${at}.outbox_failed WHERE id = ANY (${ids})`,
  ];
};

const factsPart = (at: string, { lifecycle }: System, ids: string): string => {
  const { key, facts } = lifecycle.tables;
  // key by key, because without statistics a list would read the whole table
  return `SELECT k.id::text, NULL, 'facts ' || f.count
     FROM unnest(${ids}) k(id) CROSS JOIN LATERAL (
       SELECT count(*) FROM ${at}.${identifier(facts.table)} WHERE ${identifier(key)} = k.id OFFSET 0) f
    WHERE f.count > 0`;
};

const inboxParts = (at: string): string[] => {
  const ofKeys = (table: string): string =>
    `consumers c CROSS JOIN LATERAL (SELECT * FROM ${at}.${table} o
      WHERE o.consumer = c.consumer AND o.topic = c.topic AND o.key = ANY ($1) OFFSET 0) r`;
  return [
    `SELECT r.key, NULL, concat_ws(' ', 'position', r.consumer, r.topic, r.source, r.sequence)
       FROM ${ofKeys('inbox_positions')}`,
    `SELECT r.key, NULL, concat_ws(' ', 'parked', r.consumer, r.topic, r.due_at, r.letter_since, r.letter_error)
       FROM ${ofKeys('inbox_parked_keys')}`,
    `SELECT key, NULL, concat_ws(' ', 'letter', consumer, event_id, failed_at, redriven_at, discarded_at)
       FROM ${at}.inbox_dead_letters WHERE key = ANY ($1)`,
  ];
};

const timersPart = (at: string): string =>
  `SELECT r.key, NULL, concat_ws(' ', 'timer', r.kind, r.due_at, r.attempts)
     FROM kinds k CROSS JOIN LATERAL (
       SELECT * FROM ${at}.timers o WHERE o.kind = k.kind AND o.key = ANY ($1) OFFSET 0) r`;
