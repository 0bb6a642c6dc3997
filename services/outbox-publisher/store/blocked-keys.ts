import type { Pool } from '#platform/database/pool.ts';
import { identifier } from '#platform/database/identifier.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { hasError } from '#platform/messaging/outbox/row-states.ts';
import { topicKey, type UnsentRow } from '../domain/row.ts';
import { fence } from './fence.ts';
import { isUnsentAtItsPlace } from './refusals.ts';

export interface BlockedKeyStore {
  /** Marks rows behind a FAILED one of their key, once, so that they are not read again until it is released. */
  readonly markWaiting: (epoch: bigint, rows: readonly UnsentRow[]) => Promise<void>;
  /** The keys in these buckets that a FAILED row blocks, be it in the outbox or kept when its day was dropped. */
  listBlocked(buckets: readonly number[]): Promise<{ topic: string; key: string }[]>;
}

// both fit their partial indexes, which hold no waiting row: of a blocked key there may be very many
const isFailed = `${hasError} AND status = 'FAILED'`;
const isKept = 'f.discarded_at IS NULL';
// the order of f.id, by which no index is sorted: where sorting is off (pool.ts) plans would rather read all
// of the primary key
const byId = 'f.id::text COLLATE "C"';

/** The keys of one source that are blocked, and what waits there. In topics `withoutBlocking` no key ever is. */
export const createBlockedKeyStore = (
  pool: Pool,
  source: string,
  withoutBlocking: readonly string[],
): BlockedKeyStore => {
  const outbox = `${identifier(source)}.outbox`;
  // holds on to the FAILED rows: a key that is released meanwhile must not be put on hold again. In the order
  // in which platform/messaging/outbox/operations.sql locks them: neither waits for the other
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
       FROM unnest($2::tid[], $3::uuid[]) AS waiting(place, id)
      WHERE o.ctid = waiting.place AND o.id = waiting.id AND ${isUnsentAtItsPlace}
        AND EXISTS (SELECT FROM fence)
        AND (o.topic, o.key) IN (SELECT * FROM failed UNION ALL SELECT * FROM kept)`,
  );
  const ofBuckets = 'f.bucket = ANY ($1::smallint[]) AND f.topic <> ALL ($2)';
  const selectBlocked = prepareStatement<{ topic: string; key: string }>(
    `blocked_${source}`,
    // a key twice does no harm, and sorting all of them each second would cost the most
    `SELECT f.topic, f.key FROM ${outbox} f WHERE ${isFailed} AND ${ofBuckets}
      UNION ALL SELECT f.topic, f.key FROM ${outbox}_failed f WHERE ${isKept} AND ${ofBuckets}`,
  );
  return {
    markWaiting: async (epoch, rows) => {
      const keys = [...new Map(rows.map((row) => [topicKey(row), row])).values()];
      await setWaiting(pool, [
        epoch,
        rows.map(({ place }) => place),
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
