import type { Pool } from '#platform/database/pool.ts';
import { identifier } from '#platform/database/identifier.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { hasError } from '#platform/messaging/outbox/row-states.ts';
import { topicKey, type UnsentRow } from '../domain/row.ts';
import { fence } from './fence.ts';
import { isStillUnsent } from './refusals.ts';

export interface BlockedKeyStore {
  /**
   * Marks rows behind a FAILED row of their key, once, so that they are not read again until the key is
   * released.
   */
  readonly markWaiting: (epoch: bigint, rows: readonly UnsentRow[]) => Promise<void>;
  /**
   * Lists the keys in these buckets that are blocked by a FAILED row, in the outbox or kept after its day was
   * dropped.
   */
  listBlocked(buckets: readonly number[]): Promise<{ topic: string; key: string }[]>;
}

// Both conditions use partial indexes without waiting rows, of which a blocked key may have very many.
const isFailed = `${hasError} AND status = 'FAILED'`;
const isKept = 'f.discarded_at IS NULL';
// Sorts by text, because no index has that order: with enable_sort off (pool.ts), ORDER BY id would make Postgres
// scan the whole primary key.
const byId = 'f.id::text COLLATE "C"';

/**
 * The blocked keys of one source and the rows that wait behind them. In topics `withoutBlocking` no key is
 * blocked.
 */
export const createBlockedKeyStore = (
  pool: Pool,
  source: string,
  withoutBlocking: readonly string[],
): BlockedKeyStore => {
  const outbox = `${identifier(source)}.outbox`;
  // Locks the FAILED rows: a key that is released meanwhile must not be blocked again. The order is that of
  // platform/messaging/outbox/operations.sql, so that the two never deadlock.
  const ofKeys = `f.topic <> ALL ($4) AND (f.bucket, f.topic, f.key) IN
         (SELECT * FROM unnest($5::smallint[], $6::text[], $7::text[]))`;
  const setWaiting = prepareStatement(
    `mark_waiting_${source}`,
    `WITH ${fence('$1')}, failed AS MATERIALIZED (
       SELECT f.topic, f.key FROM ${outbox} f WHERE ${isFailed} AND ${ofKeys} ORDER BY ${byId} FOR SHARE
     ), kept AS MATERIALIZED (
       SELECT f.topic, f.key FROM ${outbox}_failed f WHERE ${isKept} AND ${ofKeys} ORDER BY ${byId} FOR SHARE
     )
     UPDATE ${outbox} o SET is_waiting = true
       FROM unnest($2::tid[], $3::uuid[]) AS waiting(tuple_id, id)
      WHERE o.ctid = waiting.tuple_id AND o.id = waiting.id AND ${isStillUnsent}
        AND EXISTS (SELECT FROM fence)
        AND (o.topic, o.key) IN (SELECT * FROM failed UNION ALL SELECT * FROM kept)`,
  );
  const ofBuckets = 'f.bucket = ANY ($1::smallint[]) AND f.topic <> ALL ($2)';
  const selectBlocked = prepareStatement<{ topic: string; key: string }>(
    `blocked_${source}`,
    // duplicates do no harm, and sorting all keys every second would cost the most
    `SELECT f.topic, f.key FROM ${outbox} f WHERE ${isFailed} AND ${ofBuckets}
      UNION ALL SELECT f.topic, f.key FROM ${outbox}_failed f WHERE ${isKept} AND ${ofBuckets}`,
  );
  return {
    markWaiting: async (epoch, rows) => {
      const keys = [...new Map(rows.map((row) => [topicKey(row), row])).values()];
      await setWaiting(pool, [
        epoch,
        rows.map(({ tupleId }) => tupleId),
        rows.map(({ id }) => id),
        withoutBlocking,
        keys.map(({ bucket }) => bucket),
        keys.map(({ topic }) => topic),
        keys.map(({ key }) => key),
      ]);
    },
    listBlocked: (buckets) => selectBlocked(pool, [buckets, withoutBlocking]),
  };
};
