import { identifier } from '../../database/identifier.ts';
import type { Queryable } from '../../database/pool.ts';
import { prepareStatement } from '../../database/statement.ts';
import type { Known } from './plan-batch.ts';
import { messageColumns } from './message-columns.ts';
import type { ReadMessage } from './read-message.ts';

export interface InboxName {
  schema: string;
  consumer: string;
  topic: string;
}

export interface InboxRows {
  /**
   * Records the messages as accepted and locks their positions until the end of the transaction, in the order
   * of keys. Waits for another process that is accepting one of them at the same time. Returns those that were
   * not accepted before, each with the highest sequence of its key until then.
   */
  accept: (on: Queryable, batch: readonly ReadMessage[]) => Promise<Known['fresh']>;
  /** Returns which of these keys are parked, and locks them, so that none is released before the transaction ends. */
  findParked: (on: Queryable, keys: readonly string[]) => Promise<Set<string>>;
  /** Returns the ids of late messages whose sequence was accepted under another id: their source was set back. */
  findSetBack: (on: Queryable, late: readonly ReadMessage[]) => Promise<Set<string>>;
}

/*
 * Accepting messages and finding parked keys are two statements, because the second must see what was committed
 * while the first waited for its locks. Locks are taken in a fixed order (rows of the inbox in that of the batch,
 * positions and parked keys by key), so that two processes with messages of the same partition cannot deadlock.
 */
export const createInboxRows = ({ schema, consumer, topic }: InboxName): InboxRows => {
  const at = identifier(schema);
  const accept = prepareStatement<{ event_id: string; highest: bigint | null }>(
    `${schema}_inbox_accept`,
    `WITH incoming AS MATERIALIZED (
       SELECT * FROM unnest($3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::int[],
         $9::bigint[]) WITH ORDINALITY
         AS i(event_id, key, source, sequence, event_type, partition, "offset", place)
     ), fresh AS (
       INSERT INTO ${at}.inbox (consumer, topic, event_id, key, source, sequence, event_type, partition, "offset")
       SELECT $1, $2, event_id, key, source, sequence, event_type, partition, "offset" FROM incoming ORDER BY place
       ON CONFLICT DO NOTHING RETURNING event_id
     ), moved AS (
       INSERT INTO ${at}.inbox_positions AS p (consumer, topic, key, source, sequence)
       SELECT $1, $2, key, source, max(sequence) FROM incoming JOIN fresh USING (event_id)
        WHERE source IS NOT NULL GROUP BY key, source ORDER BY key COLLATE "C", source COLLATE "C"
       ON CONFLICT (consumer, topic, key, source)
         DO UPDATE SET previous = p.sequence, sequence = greatest(p.sequence, excluded.sequence)
       RETURNING p.key, p.source, p.previous AS highest
     )
     SELECT event_id, highest FROM fresh JOIN incoming USING (event_id) LEFT JOIN moved USING (key, source)`,
  );
  const find = prepareStatement<{ key: string }>(
    `${schema}_inbox_find_parked`,
    `SELECT key FROM ${at}.inbox_parked_keys
      WHERE consumer = $1 AND topic = $2 AND key = ANY ($3::text[]) ORDER BY key FOR KEY SHARE`,
  );
  const findTwins = prepareStatement<{ event_id: string }>(
    `${schema}_inbox_find_set_back`,
    `SELECT late.event_id
       FROM unnest($3::uuid[], $4::text[], $5::text[], $6::bigint[]) AS late(event_id, key, source, sequence)
      WHERE EXISTS (SELECT FROM ${at}.inbox i
                     WHERE i.key = late.key AND i.consumer = $1 AND i.topic = $2 AND i.source = late.source
                       AND i.sequence = late.sequence AND i.event_id <> late.event_id)`,
  );
  return {
    accept: async (on, batch) => {
      const rows = await accept(on, [consumer, topic, ...messageColumns(batch)]);
      return new Map(rows.map(({ event_id, highest }) => [event_id, highest ?? undefined]));
    },
    findParked: async (on, keys) => {
      const rows = await find(on, [consumer, topic, keys]);
      return new Set(rows.map(({ key }) => key));
    },
    findSetBack: async (on, late) => {
      if (late.length === 0) return new Set();
      const rows = await findTwins(on, [consumer, topic, ...messageColumns(late).slice(0, 4)]);
      return new Set(rows.map(({ event_id }) => event_id));
    },
  };
};
