import { newId } from '#platform/base/ids.ts';
import { bucketOf } from '#platform/messaging/outbox/bucket.ts';
import { readTopic } from '../checker/read-topic.ts';
import { waitFor } from '../wait-for.ts';
import type { System } from './system.ts';

export interface NewRow {
  topic: string;
  key: string;
  sequence: number;
  /** By default an object with a text of so many bytes. */
  payload?: object;
  bytes?: number;
}

export interface OutboxRow {
  sequence: number;
  status: string;
  attempts: number;
  error: string | null;
  isWaiting: boolean;
  lastError: string | null;
  attemptedMs: number | null;
}

/** Writes and reads the outbox of loms in plain SQL. */
export interface OutboxRows {
  /** Inserts rows in one transaction; returns their ids. */
  readonly insert: (...rows: NewRow[]) => Promise<string[]>;
  /** The rows of a key in their sequence. */
  readonly rowsOf: (topic: string, key: string) => Promise<OutboxRow[]>;
  /** Resolves when the rows of a key have these statuses. */
  readonly haveStatus: (
    topic: string,
    key: string,
    statuses: readonly string[],
  ) => Promise<unknown>;
  /**
   * The sequences of a key in the order of their first delivery. An event that shared a request with a refused message
   * may come twice.
   */
  readonly deliveredOf: (topic: string, key: string) => Promise<number[]>;
}

export const outboxRowsOf = (system: () => System): OutboxRows => {
  const rowsOf = (topic: string, key: string) =>
    system().query<OutboxRow>(
      `SELECT sequence::int, status, attempts, error, is_waiting AS "isWaiting", headers ->> 'last_error' AS "lastError",
              (extract(epoch FROM last_attempt_at) * 1000)::float8 AS "attemptedMs"
         FROM loms.outbox WHERE topic = $1 AND key = $2 ORDER BY sequence`,
      [topic, key],
    );
  return {
    insert: async (...rows) => {
      const complete = rows.map(({ bytes = 1, ...row }) => ({
        payload: { padding: 'x'.repeat(bytes) },
        ...row,
        id: newId(),
        bucket: bucketOf(row.key),
      }));
      await system().query(
        `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
         SELECT id, topic, key, sequence, 'T', payload, '{}', bucket, clock_timestamp()
           FROM jsonb_to_recordset($1::jsonb)
             AS e(id uuid, topic text, key text, sequence bigint, payload jsonb, bucket smallint)`,
        [JSON.stringify(complete)],
      );
      return complete.map(({ id }) => id);
    },
    rowsOf,
    haveStatus: (topic, key, statuses) =>
      waitFor(
        async () => {
          const found = (await rowsOf(topic, key)).map(({ status }) => status);
          if (found.join() !== statuses.join()) throw new Error(`${key}: ${found.join()}`);
          return true;
        },
        { what: `${key} to be ${statuses.join()}`, timeoutMs: 60_000 },
      ),
    deliveredOf: async (topic, key) => {
      const deliveries = await readTopic(system().brokers, topic);
      const ofKey = deliveries.filter((each) => each.key === key);
      return [...new Set(ofKey.map(({ sequence }) => sequence))];
    },
  };
};
