import type { Pool } from '#platform/database/pool.ts';
import { identifier } from '#platform/database/identifier.ts';
import type { OutboxEvent } from '../domain/event.ts';
import type { ShownEvent } from '../usecases/show-order.ts';
import { search } from './query.ts';
import { eventColumns, eventsOf, isFailed, toEvent, type EventRow } from './rows.ts';

export interface KeyFilter {
  key: string;
  /** Empty for all topics. */
  topic: string;
}

// An event may be larger than an answer may be, so only its beginning is returned.
const shownCharacters = 4_000;
const ofKey = `e.key = $1 AND ($2 = '' OR e.topic = $2)`;

const select = async (
  pool: Pool,
  source: string,
  { rest, values }: { rest: string; values: readonly unknown[] },
): Promise<OutboxEvent[]> => {
  const text = `SELECT ${eventColumns} FROM ${eventsOf(`${identifier(source)}.outbox`)} ${rest}`;
  return (await search<EventRow>(pool, text, values)).map((row) => toEvent(source, row));
};

/** Lists the newest events of a key, by topic and sequence. */
export const listNewest =
  (pool: Pool) =>
  async (source: string, { key, topic }: KeyFilter, limit: number): Promise<OutboxEvent[]> => {
    const rest = `WHERE ${ofKey} ORDER BY e.seq DESC LIMIT $3`;
    const events = await select(pool, source, { rest, values: [key, topic, limit] });
    return events.sort((a, b) => a.topic.localeCompare(b.topic) || Number(a.sequence - b.sequence));
  };

/** Lists the newest events of each of the keys, which are read once for all of them: the open days have no index by key. */
export const listNewestOfKeys =
  (pool: Pool) =>
  async (source: string, keys: readonly string[], limit: number): Promise<OutboxEvent[][]> => {
    const newest = `(SELECT *, row_number() OVER (PARTITION BY e.key ORDER BY e.seq DESC) AS place
                       FROM ${eventsOf(`${identifier(source)}.outbox`)} WHERE e.key = ANY ($1::text[])) e`;
    const rows = await search<EventRow>(
      pool,
      `SELECT ${eventColumns} FROM ${newest} WHERE place <= $2 ORDER BY e.topic, e.sequence, e.seq`,
      [keys, limit],
    );
    const byKey = Map.groupBy(
      rows.map((row) => toEvent(source, row)),
      ({ key }) => key,
    );
    return keys.map((key) => byKey.get(key) ?? []);
  };

/** Lists the events of a key that failed and were not discarded, by sequence. */
export const listFailed =
  (pool: Pool) =>
  (source: string, { key, topic }: KeyFilter): Promise<OutboxEvent[]> => {
    const rest = `WHERE ${ofKey} AND ${isFailed} ORDER BY e.sequence LIMIT 100`;
    return select(pool, source, { rest, values: [key, topic] });
  };

export const findById =
  (pool: Pool) =>
  (source: string, id: string): Promise<OutboxEvent[]> =>
    select(pool, source, { rest: 'WHERE e.id = $1', values: [id] });

export const findBySequence =
  (pool: Pool) =>
  (source: string, { key, topic }: KeyFilter, sequence: bigint): Promise<OutboxEvent[]> =>
    select(pool, source, {
      rest: `WHERE ${ofKey} AND e.sequence = $3`,
      values: [key, topic, sequence],
    });

/** Lists the first rows of a key with their payload, by topic and sequence. */
export const listShown =
  (pool: Pool) =>
  async (source: string, { key, topic }: KeyFilter, limit: number): Promise<ShownEvent[]> => {
    const rows = await search<EventRow & { payload: string; payload_bytes: number }>(
      pool,
      `SELECT ${eventColumns}, left(e.payload::text, ${shownCharacters}) AS payload,
              octet_length(e.payload::text) AS payload_bytes
         FROM ${eventsOf(`${identifier(source)}.outbox`)}
        WHERE ${ofKey} ORDER BY e.topic, e.sequence, e.seq LIMIT $3`,
      [key, topic, limit],
    );
    return rows.map((row) => ({
      event: toEvent(source, row),
      payload: row.payload,
      payloadBytes: row.payload_bytes,
    }));
  };
