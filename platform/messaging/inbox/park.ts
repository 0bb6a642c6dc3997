import { identifier } from '../../database/identifier.ts';
import type { Queryable } from '../../database/pool.ts';
import { storableText } from '../../database/storable-text.ts';
import { prepareStatement } from '../../database/statement.ts';
import type { HopelessReason } from './parking-table.ts';
import { messageColumns } from './message-columns.ts';
import type { ReadMessage } from './read-message.ts';
import type { InboxName } from './inbox-rows.ts';

/** A message to be parked. */
export interface ParkRequest {
  read: ReadMessage;
  /** The number of failed tries; 0 if it was not tried. */
  attempts: number;
  /** Why it is not tried at all, but becomes a dead letter. */
  hopelessReason?: HopelessReason;
  /** The time until it is tried, in milliseconds, if it is the first of its key. */
  dueInMs: number;
  error?: string;
}

export type Park = (on: Queryable, requests: readonly ParkRequest[]) => Promise<void>;

const maxErrorLength = 1_000;

/**
 * Stores complete messages, in the transaction in which they were accepted. The first message of a key determines
 * when the key is due; a key that is parked already keeps its time. Here and elsewhere, rows of the inbox are
 * selected by an array of ids, because without statistics a join would read the partitions of all days.
 */
export const createPark = ({ schema, consumer, topic }: InboxName): Park => {
  const at = identifier(schema);
  const park = prepareStatement<object>(
    `${schema}_inbox_park`,
    `WITH incoming AS MATERIALIZED (
       SELECT * FROM unnest($3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::int[], $9::bigint[],
         $10::bytea[], $11::bytea[], $12::jsonb[], $13::int[], $14::text[], $15::text[], $16::float8[])
         WITH ORDINALITY AS i(event_id, key, source, sequence, event_type, partition, "offset", key_bytes, value,
           headers, attempts, hopeless_reason, error, due_in_ms, place)
     ), noted AS (
       UPDATE ${at}.inbox SET outcome = 'PARKED' WHERE event_id = ANY ($3::uuid[]) AND consumer = $1
     ), keys AS (
       INSERT INTO ${at}.inbox_parked_keys (consumer, topic, key, due_at)
       SELECT DISTINCT ON (key) $1, $2, key, clock_timestamp() + due_in_ms * interval '1 ms'
         FROM incoming ORDER BY key, place
       ON CONFLICT DO NOTHING
     )
     INSERT INTO ${at}.inbox_parked (consumer, topic, event_id, key, source, sequence, event_type, partition,
       "offset", key_bytes, value, headers, attempts, hopeless_reason, error, last_attempt_at)
     SELECT $1, $2, event_id, key, source, sequence, event_type, partition, "offset", key_bytes, value, headers,
            attempts, hopeless_reason, error, CASE WHEN attempts > 0 THEN clock_timestamp() END
       FROM incoming ORDER BY place`,
  );
  return async (on, requests) => {
    if (requests.length > 0) await park(on, [consumer, topic, ...columnsOf(requests)]);
  };
};

const columnsOf = (requests: readonly ParkRequest[]): unknown[] => {
  const reads = requests.map(({ read }) => read);
  const messages = reads.map(({ message }) => message);
  return [
    ...messageColumns(reads),
    messages.map(({ keyBytes }) => keyBytes ?? null),
    messages.map(({ value }) => value ?? null),
    messages.map(({ headers }) => JSON.stringify(storableHeaders(headers))),
    requests.map(({ attempts }) => attempts),
    requests.map(({ hopelessReason }) => hopelessReason ?? null),
    requests.map(({ error }) =>
      error === undefined ? null : storableText(error.slice(0, maxErrorLength)),
    ),
    requests.map(({ dueInMs }) => dueInMs),
  ];
};

const storableHeaders = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [storableText(name), storableText(value)]),
  );
