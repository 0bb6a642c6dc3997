import { identifier } from '../../database/identifier.ts';

export interface NewTimer {
  kind: string;
  /** The subject of the timer, e.g. an order id; there is one timer per kind and key. */
  key: string;
  /** The time from now until it is due, in milliseconds, by the database's clock. */
  dueInMs: number;
  /**
   * A value that is passed to the handler as JSON. Headers in it, or in its field `headers`, with a traceparent: the work of
   * the timer continues that trace, and the handler gets the traceparent of its own span there.
   */
  payload: unknown;
}

export interface ScheduleTimerSql {
  schema: string;
  /** The parameter that holds `encodeTimers(timers)`, e.g. `$9`. */
  parameter: string;
  /** A relation of the same statement; nothing is scheduled when it is empty. */
  onlyIf?: string;
  /** A relation of the same statement; only timers whose key is in its column `key` are scheduled. */
  onlyKeysOf?: string;
}

/**
 * Returns an INSERT to embed in a statement that changes state, so that both are one commit. An existing
 * timer is moved to the new time and starts anew. `due_at` has whole milliseconds, to which Postgres rounds: without
 * truncation, a timer that is due at once could be due only after the next statement.
 */
export const scheduleTimerSql = (options: ScheduleTimerSql): string => `
  INSERT INTO ${identifier(options.schema)}.timers (kind, key, due_at, payload)
  SELECT kind, key, date_trunc('milliseconds', statement_timestamp()) + due_in_ms * interval '1 ms', payload
    FROM jsonb_to_recordset(${options.parameter}::jsonb) AS t(
      kind text, key text, due_in_ms double precision, payload jsonb)
   WHERE ${conditionOf(options)}
  ON CONFLICT (kind, key) DO UPDATE SET due_at = excluded.due_at, payload = excluded.payload,
    attempts = 0, last_error = NULL`;

const conditionOf = ({ onlyIf, onlyKeysOf }: ScheduleTimerSql): string => {
  const conditions = [
    ...(onlyIf === undefined ? [] : [`EXISTS (SELECT FROM ${identifier(onlyIf)})`]),
    ...(onlyKeysOf === undefined ? [] : [`key IN (SELECT key FROM ${identifier(onlyKeysOf)})`]),
  ];
  return conditions.join(' AND ') || 'true';
};

/** Encodes the timers as one JSON parameter for the statement of `scheduleTimerSql`. */
export const encodeTimers = (timers: readonly NewTimer[]): string =>
  JSON.stringify(timers.map(({ dueInMs, ...timer }) => ({ ...timer, due_in_ms: dueInMs })));

export interface CancelTimerSql {
  schema: string;
  kind: string;
  /** An SQL expression for the key, e.g. `$1::text`. */
  key: string;
  onlyIf?: string;
}

/**
 * Returns a DELETE to embed in a statement. It never waits: a timer that is firing at this moment is left to
 * its handler, which must find out that it has come too late.
 */
export const cancelTimerSql = ({ schema, kind, key, onlyIf }: CancelTimerSql): string => `
  DELETE FROM ${identifier(schema)}.timers WHERE ctid = (
    SELECT ctid FROM ${identifier(schema)}.timers
     WHERE kind = '${kind.replaceAll("'", "''")}' AND key = ${key}
       AND ${onlyIf === undefined ? 'true' : `EXISTS (SELECT FROM ${identifier(onlyIf)})`}
       FOR UPDATE SKIP LOCKED)`;
