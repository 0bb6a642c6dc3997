import type { Pool } from '#platform/database/pool.ts';
import { identifier } from '#platform/database/identifier.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { translateDatabaseError } from '#platform/database/errors.ts';
import { sleep } from '#platform/sleep.ts';
import type { UnsentRow } from '../domain/row.ts';
import type { ReadRequest } from '../usecases/reading.ts';

export type ReadUnsent = (request: ReadRequest) => Promise<UnsentRow[]>;

const highestSeq = '9223372036854775807';

type Columns = [
  place: string,
  id: string,
  topic: string,
  key: string,
  sequence: string,
  eventType: string,
  payload: string,
  headers: string,
  bucket: number,
  seq: string,
  attempts: number,
  createdAtMs: number,
];

/**
 * Reads rows that are not sent, per bucket in reading order, in one statement. The columns are taken
 * inside the LATERAL, and payload and headers as text: nothing is parsed that is only passed on.
 */
export const readUnsent = (pool: Pool, source: string): ReadUnsent => {
  const text = `
    SELECT o.* FROM unnest($1::smallint[], $2::bigint[]) AS cursor(bucket, after)
     CROSS JOIN LATERAL (
       SELECT ctid::text, id::text, topic, key, sequence::text, event_type, payload::text,
              headers::text, bucket, seq::text, attempts,
              (extract(epoch FROM created_at) * 1000)::float8 AS created_at_ms
         FROM ${identifier(source)}.outbox
        WHERE bucket = cursor.bucket AND seq > cursor.after AND seq <= $4 AND sent_at IS NULL AND error IS NULL
        ORDER BY outbox.seq LIMIT $3) o`;
  return async ({ cursors, rowsPerBucket, bound = highestSeq }) => {
    try {
      const { rows } = await pool.query<Columns>({
        name: `unsent_${source}`,
        text,
        values: [[...cursors.keys()], [...cursors.values()], rowsPerBucket, bound],
        rowMode: 'array',
      });
      return rows.map(toRow);
    } catch (error) {
      throw translateDatabaseError(error);
    }
  };
};

const ripeningTries = 4;
const ripeningMs = 2;

/**
 * The highest `seq` given out so far, once every transaction that may hold a lower one has ended; undefined
 * when some take too long. Two rows of a key may be of one transaction, with another's place between them:
 * the bound must not admit the second while the first can still appear behind a cursor.
 */
export const readBound = (pool: Pool, source: string): (() => Promise<string | undefined>) => {
  const selectBound = prepareStatement<{ bound: string }>(
    `bound_${source}`,
    `SELECT last_value::text AS bound FROM ${identifier(source)}.outbox_seq_seq`,
  );
  return async () => {
    const [place] = await selectBound(pool, []);
    // later than the look at the sequence, so above every transaction that took a place up to there
    const [begun] = await selectBegun(pool, []);
    for (let tries = 0; place && begun && tries < ripeningTries; tries += 1) {
      const [ended] = await selectEnded(pool, [begun.next]);
      if (ended?.all) return place.bound;
      await sleep(ripeningMs);
    }
    return undefined;
  };
};

const selectBegun = prepareStatement<{ next: string }>(
  'bound_begun',
  'SELECT pg_current_xact_id()::text AS next',
);

const selectEnded = prepareStatement<{ all: boolean }>(
  'bound_ended',
  'SELECT pg_snapshot_xmin(pg_current_snapshot()) >= $1::xid8 AS all',
);

const noHeaders: UnsentRow['headers'] = {};

const toRow = (columns: Columns): UnsentRow => ({
  place: columns[0],
  id: columns[1],
  topic: columns[2],
  key: columns[3],
  sequence: columns[4],
  eventType: columns[5],
  payload: columns[6],
  headers: columns[7] === '{}' ? noHeaders : (JSON.parse(columns[7]) as UnsentRow['headers']),
  bucket: columns[8],
  seq: columns[9],
  attempts: columns[10],
  createdAtMs: columns[11],
});
