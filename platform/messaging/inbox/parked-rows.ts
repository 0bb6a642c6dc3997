import { identifier } from '../../database/identifier.ts';
import type { Queryable } from '../../database/pool.ts';
import { prepareStatement } from '../../database/statement.ts';
import { storableText } from '../../database/storable-text.ts';
import type { ReceivedMessage } from '../kafka/message.ts';
import type { HopelessReason } from './parking-table.ts';
import type { ReadMessage, ReadMessageOf } from './read-message.ts';
import type { InboxName } from './inbox-rows.ts';

/** A parked message, as it was stored. */
export interface ParkedMessage {
  /** The id of its row; the messages of a key are tried in the order of these ids. */
  rowId: bigint;
  read: ReadMessage;
  attempts: number;
  /** Why it is not tried again; undefined if it is. */
  hopelessReason: HopelessReason | undefined;
  error: string | undefined;
}

export interface ParkedRows {
  /** Locks the key that has been due longest, or `wanted`, for this transaction; skips keys that others have locked. */
  claim: (on: Queryable, wanted?: string) => Promise<string | undefined>;
  /** Lists the first messages of the key, up to `limit`. */
  list: (on: Queryable, key: string, limit: number) => Promise<ParkedMessage[]>;
  /** Removes messages that were handled, and marks them as HANDLED in the inbox. */
  remove: (on: Queryable, messages: readonly ParkedMessage[]) => Promise<void>;
  /** Makes the next message of the key due now; if there is none, the key is not parked any more. */
  release: (on: Queryable, key: string) => Promise<void>;
  /** Records a failed try and when the next one is due. Changes nothing if another process has tried since. */
  postpone: (on: Queryable, message: ParkedMessage, to: Postponed) => Promise<void>;
  /** Returns the time in milliseconds until the next key is due: 0 or less if one is due, Infinity if none will be. */
  nextInMs: (on: Queryable) => Promise<number>;
  measure: (on: Queryable) => Promise<{ keys: number; oldestSeconds: number }>;
}

export interface Postponed {
  attempts: number;
  dueInMs: number;
  error: string;
}

interface Row {
  id: bigint;
  event_id: string;
  key: string;
  source: string | null;
  sequence: bigint | null;
  event_type: string | null;
  partition: number;
  offset: bigint;
  key_bytes: Buffer | null;
  value: Buffer | null;
  headers: Record<string, string>;
  attempts: number;
  hopeless_reason: HopelessReason | null;
  error: string | null;
}

/**
 * Creates the statements on parked messages; each locks the key before its messages. Consumers that park messages
 * behind others hold the key FOR KEY SHARE, which a claim allows. `release` first locks the key against them too, in
 * a statement of its own, so that the next statement sees every message that they have parked.
 */
export const createParkedRows = (name: InboxName, readMessage: ReadMessageOf): ParkedRows => {
  const { schema, consumer, topic } = name;
  const { claim, list, remove, lock, release, postpone, look, measure } = statementsOn(schema);
  return {
    claim: async (on, wanted) => (await claim(on, [consumer, topic, wanted ?? null]))[0]?.key,
    list: async (on, key, limit) => {
      const rows = await list(on, [consumer, topic, key, limit]);
      return rows.map((row) => toParked(row, topic, readMessage));
    },
    remove: async (on, messages) => {
      await remove(on, [messages.map(({ rowId }) => rowId), consumer]);
    },
    release: async (on, key) => {
      await lock(on, [consumer, topic, key]);
      await release(on, [consumer, topic, key]);
    },
    postpone: async (on, { rowId, read, attempts }, to) => {
      const values = [
        rowId,
        attempts,
        to.attempts,
        storableText(to.error),
        consumer,
        topic,
        read.key,
        to.dueInMs,
      ];
      await postpone(on, values);
    },
    nextInMs: async (on) => (await look(on, [consumer, topic]))[0]?.next_in_ms ?? Infinity,
    measure: async (on) => {
      const [row] = await measure(on, [consumer, topic]);
      return { keys: row?.keys ?? 0, oldestSeconds: row?.oldest_seconds ?? 0 };
    },
  };
};

const statementsOn = (schema: string) => {
  const at = identifier(schema);
  const prepare = <R>(name: string, text: string) =>
    prepareStatement<R>(`${schema}_inbox_${name}`, text);
  const ofKey = 'consumer = $1 AND topic = $2 AND key = $3';
  return {
    claim: prepare<{ key: string }>(
      'claim',
      `SELECT key FROM ${at}.inbox_parked_keys
        WHERE consumer = $1 AND topic = $2 AND due_at <= statement_timestamp()
          AND ($3::text IS NULL OR key = $3)
        ORDER BY due_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED`,
    ),
    list: prepare<Row>(
      'list',
      `SELECT * FROM ${at}.inbox_parked WHERE ${ofKey} ORDER BY id LIMIT $4`,
    ),
    remove: prepare<object>(
      'remove',
      `WITH gone AS (DELETE FROM ${at}.inbox_parked WHERE id = ANY ($1::bigint[]) RETURNING event_id)
       UPDATE ${at}.inbox SET outcome = 'HANDLED'
        WHERE event_id = ANY (ARRAY(SELECT event_id FROM gone)) AND consumer = $2`,
    ),
    lock: prepare<object>('lock', `SELECT FROM ${at}.inbox_parked_keys WHERE ${ofKey} FOR UPDATE`),
    release: prepare<object>(
      'release',
      `WITH next AS (SELECT FROM ${at}.inbox_parked WHERE ${ofKey} LIMIT 1),
       gone AS (DELETE FROM ${at}.inbox_parked_keys WHERE ${ofKey} AND NOT EXISTS (SELECT FROM next))
       UPDATE ${at}.inbox_parked_keys
          SET due_at = clock_timestamp(), letter_since = NULL, letter_due_at = NULL, letter_error = NULL
        WHERE ${ofKey} AND EXISTS (SELECT FROM next)`,
    ),
    postpone: prepare<object>(
      'postpone',
      `WITH locked AS MATERIALIZED (
         SELECT FROM ${at}.inbox_parked_keys
          WHERE consumer = $5 AND topic = $6 AND key = $7 FOR NO KEY UPDATE
       ), tried AS (
         UPDATE ${at}.inbox_parked SET attempts = $3, error = left($4, 1000), last_attempt_at = clock_timestamp()
          WHERE id = $1 AND attempts = $2 AND EXISTS (SELECT FROM locked) RETURNING id)
       UPDATE ${at}.inbox_parked_keys SET due_at = clock_timestamp() + $8::float8 * interval '1 ms'
        WHERE consumer = $5 AND topic = $6 AND key = $7 AND EXISTS (SELECT FROM tried)`,
    ),
    look: prepare<{ next_in_ms: number | null }>(
      'look',
      `SELECT (extract(epoch FROM min(due_at) - clock_timestamp()) * 1000)::float8 AS next_in_ms
         FROM ${at}.inbox_parked_keys WHERE consumer = $1 AND topic = $2`,
    ),
    measure: prepare<{ keys: number; oldest_seconds: number | null }>(
      'measure',
      `SELECT count(*)::int AS keys,
              extract(epoch FROM clock_timestamp() - min(parked_at))::float8 AS oldest_seconds
         FROM ${at}.inbox_parked_keys WHERE consumer = $1 AND topic = $2`,
    ),
  };
};

const toParked = (row: Row, topic: string, readMessage: ReadMessageOf): ParkedMessage => {
  const message: ReceivedMessage = {
    topic,
    partition: row.partition,
    offset: row.offset,
    key: row.key_bytes?.toString(),
    keyBytes: row.key_bytes ?? undefined,
    value: row.value ?? undefined,
    headers: row.headers,
    timestampMs: 0,
  };
  return {
    rowId: row.id,
    // A message without attributes keeps the id that was made from its partition and offset.
    read: { ...readMessage(message), id: row.event_id, key: row.key },
    attempts: row.attempts,
    hopelessReason: row.hopeless_reason ?? undefined,
    error: row.error ?? undefined,
  };
};
