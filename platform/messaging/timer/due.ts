import { identifier } from '../../database/identifier.ts';
import type { Queryable } from '../../database/pool.ts';
import { prepareStatement, type Statement } from '../../database/statement.ts';

/** A timer that is due. */
export interface Timer {
  readonly kind: string;
  readonly key: string;
  readonly payload: unknown;
  readonly dueAt: Date;
  /** How many tries have failed. */
  readonly attempts: number;
}

export interface DueTimers {
  /** Resolves with whether a timer is due, and with the time until the next one that is not due yet. */
  look(kind: string): Promise<{ isDue: boolean; nextInMs: number }>;
  /** Takes due timers, oldest first, in the transaction of `on`; skips those that others have locked. */
  take(on: Queryable, kind: string, limit: number): Promise<Timer[]>;
  /** Takes one timer, if it is still there and due. */
  takeOne(on: Queryable, timer: Timer): Promise<Timer[]>;
  /** Postpones a failed timer, unless another process has fired it since. */
  postpone(timer: Timer, delayMs: number, error: string): Promise<void>;
  /** Counts due timers, up to 10,000, and measures for how many seconds the oldest has been due. */
  measure(kind: string): Promise<{ due: number; oldestSeconds: number }>;
}

/** Creates the statements on the timers of a schema. */
export const dueTimers = (pool: Queryable, schema: string): DueTimers => {
  const { look, take, takeOne, postpone, measure } = statementsOn(schema);
  return {
    look: async (kind) => {
      const [row] = await look(pool, [kind]);
      return { isDue: row?.is_due === true, nextInMs: row?.next_in_ms ?? Infinity };
    },
    take: (on, kind, limit) => take(on, [kind, limit]),
    takeOne: (on, { kind, key }) => takeOne(on, [kind, key]),
    postpone: async ({ kind, key, attempts, dueAt }, delayMs, error) => {
      await postpone(pool, [kind, key, attempts, dueAt, delayMs, error]);
    },
    measure: async (kind) => {
      const [row] = await measure(pool, [kind]);
      return { due: row?.due ?? 0, oldestSeconds: row?.oldest_seconds ?? 0 };
    },
  };
};

interface Statements {
  look: Statement<{ is_due: boolean; next_in_ms: number | null }>;
  take: Statement<Timer>;
  takeOne: Statement<Timer>;
  postpone: Statement<object>;
  measure: Statement<{ due: number; oldest_seconds: number | null }>;
}

/*
 * statement_timestamp() is the same in all parts of a statement, and, unlike clock_timestamp(), can be used
 * with an index. A timer that is taken is deleted, so its handler may schedule it again.
 */
const statementsOn = (schema: string): Statements => {
  const timers = `${identifier(schema)}.timers`;
  const prepare = <Row>(name: string, text: string) =>
    prepareStatement<Row>(`${schema}_timers_${name}`, text);
  const isDue = 'due_at <= statement_timestamp()';
  const takeSql = (which: string) => `
    DELETE FROM ${timers} WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM ${timers} WHERE ${which} FOR UPDATE SKIP LOCKED))
    RETURNING kind, key, payload, due_at AS "dueAt", attempts`;
  return {
    look: prepare(
      'look',
      `SELECT EXISTS (SELECT FROM ${timers} WHERE kind = $1 AND ${isDue}) AS is_due,
              (extract(epoch FROM min(due_at) - clock_timestamp()) * 1000)::float8 AS next_in_ms
         FROM ${timers} WHERE kind = $1 AND due_at > statement_timestamp()`,
    ),
    take: prepare('take', takeSql(`kind = $1 AND ${isDue} ORDER BY due_at LIMIT $2`)),
    takeOne: prepare('take_one', takeSql(`kind = $1 AND key = $2 AND ${isDue}`)),
    postpone: prepare(
      'postpone',
      `UPDATE ${timers} SET attempts = attempts + 1, last_error = $6,
              due_at = clock_timestamp() + $5::float8 * interval '1 ms'
        WHERE kind = $1 AND key = $2 AND attempts = $3 AND due_at = $4`,
    ),
    measure: prepare(
      'measure',
      `SELECT count(*)::int AS due,
              extract(epoch FROM statement_timestamp() - min(due_at))::float8 AS oldest_seconds
         FROM (SELECT due_at FROM ${timers} WHERE kind = $1 AND ${isDue} ORDER BY due_at LIMIT 10000) t`,
    ),
  };
};
