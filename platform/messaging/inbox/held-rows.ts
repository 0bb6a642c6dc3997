import { identifier } from '../../database/identifier.ts';
import type { Queryable } from '../../database/pool.ts';
import { prepareStatement } from '../../database/statement.ts';
import { storableText } from '../../database/storable-text.ts';
import type { Hold } from '../kafka/holds.ts';
import type { InboxName } from './inbox-rows.ts';

export interface HeldRows {
  /** Writes a row for each held partition, and deletes the rows of the other ones of `partitions`. */
  record: (on: Queryable, partitions: readonly number[], held: readonly Hold[]) => Promise<void>;
}

const maxErrorLength = 1_000;

/** Creates the statement that records held partitions, in one round trip for all partitions of a consumer. */
export const createHeldRows = ({ schema, consumer, topic }: InboxName): HeldRows => {
  const table = `${identifier(schema)}.inbox_held_partitions`;
  // `since` stays while the offset stays, because a member that takes over holds the partition at the same offset.
  const record = prepareStatement<object>(
    `${schema}_inbox_held_record`,
    `WITH held AS (
       SELECT * FROM unnest($4::integer[], $5::bigint[], $6::text[], $7::integer[])
         AS held(partition, "offset", error, attempts)
     ), gone AS (
       DELETE FROM ${table}
        WHERE consumer = $1 AND topic = $2 AND partition = ANY ($3::integer[])
          AND partition <> ALL ($4::integer[]))
     INSERT INTO ${table} AS known (consumer, topic, partition, "offset", error, attempts)
     SELECT $1, $2, partition, "offset", error, attempts FROM held
         ON CONFLICT (consumer, topic, partition) DO UPDATE
        SET "offset" = excluded."offset", error = excluded.error, attempts = excluded.attempts,
            tried_at = excluded.tried_at,
            since = CASE WHEN known."offset" = excluded."offset" THEN known.since ELSE excluded.since END
      WHERE (known."offset", known.error, known.attempts)
            IS DISTINCT FROM (excluded."offset", excluded.error, excluded.attempts)`,
  );
  return {
    record: async (on, partitions, held) => {
      await record(on, [
        consumer,
        topic,
        partitions,
        held.map(({ partition }) => partition),
        held.map(({ offset }) => offset),
        held.map(({ cause }) => storableText(cause.slice(0, maxErrorLength))),
        held.map(({ attempt }) => attempt),
      ]);
    },
  };
};
