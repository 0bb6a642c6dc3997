import type { Pool } from '#platform/database/pool.ts';
import { identifier } from '#platform/database/identifier.ts';
import { translateDatabaseError } from '#platform/database/errors.ts';
import { isToBeSent } from '#platform/messaging/outbox/row-states.ts';
import { mostReadBytes } from '../domain/read-size.ts';
import type { UnsentRow } from '../domain/row.ts';
import type { ReadRequest, RowsRead, ShortReadRequest } from '../usecases/reading.ts';
import { createIntake } from './intake.ts';

export type ReadUnsent = (request: ReadRequest) => Promise<RowsRead>;
export type ReadShort = (request: ShortReadRequest) => Promise<RowsRead>;

const highestSeq = '9223372036854775807';

// as they come over the wire: all are text
type Columns = [
  tupleId: string,
  id: string,
  topic: string,
  key: string,
  sequence: string,
  eventType: string,
  payload: string,
  headers: string,
  bucket: string,
  seq: string,
  attempts: string,
  createdAtMs: string,
  sinceAttemptMs: string | null,
];

// Values that are only passed on are neither parsed nor cast to text, which would be done twice. date_part
// returns a float, while extract returns a numeric that would be formatted and parsed.
const columns = `ctid, id, topic, key, sequence, event_type, payload, headers, bucket, seq, attempts,
              date_part('epoch', created_at) * 1000 AS created_at_ms,
              CASE WHEN attempts > 0
                THEN date_part('epoch', statement_timestamp() - last_attempt_at) * 1000
              END AS since_attempt_ms`;

/**
 * Reads unsent rows in one statement, an equal part of the batch per bucket, in the order of `seq`. The
 * columns are selected inside the LATERAL: outside of it they would be fetched twice.
 */
export const readUnsent = (pool: Pool, source: string): ReadUnsent => {
  const read = readRows(
    pool,
    `unsent_${source}`,
    `SELECT o.* FROM unnest($1::smallint[], $2::bigint[]) AS cursor(bucket, after)
      CROSS JOIN LATERAL (
        SELECT ${columns} FROM ${identifier(source)}.outbox
         WHERE bucket = cursor.bucket AND seq > cursor.after AND seq <= $4 AND ${isToBeSent}
         ORDER BY outbox.seq LIMIT $3) o`,
  );
  return ({ cursors, rowsPerBucket, bound = highestSeq }) =>
    read([[...cursors.keys()], [...cursors.values()], rowsPerBucket, bound]);
};

/**
 * Reads up to `limit` unsent rows, bucket by bucket, with one index lookup per partition instead of one per
 * bucket. Only when it returns fewer rows than the limit has every bucket been read.
 */
export const readShort = (pool: Pool, source: string): ReadShort => {
  const read = readRows(
    pool,
    `unsent_short_${source}`,
    `SELECT ${columns} FROM ${identifier(source)}.outbox
      WHERE bucket = ANY ($1::smallint[]) AND seq > $2 AND ${isToBeSent}
      ORDER BY outbox.bucket, outbox.seq LIMIT $3`,
  );
  return ({ buckets, floor, limit }) => read([buckets, floor, limit]);
};

const readRows =
  (pool: Pool, name: string, text: string) =>
  async (values: unknown[]): Promise<RowsRead> => {
    const { types, kept } = createIntake(mostReadBytes);
    try {
      const { rows } = await pool.query<Columns>({ name, text, values, types, rowMode: 'array' });
      const whole = kept(rows);
      return { rows: whole.map(toRow), isCut: whole.length < rows.length };
    } catch (error) {
      throw translateDatabaseError(error);
    }
  };

const noHeaders: UnsentRow['headers'] = {};

const toRow = (columns: Columns): UnsentRow => ({
  tupleId: columns[0],
  id: columns[1],
  topic: columns[2],
  key: columns[3],
  sequence: columns[4],
  eventType: columns[5],
  payload: columns[6],
  headers: columns[7] === '{}' ? noHeaders : (JSON.parse(columns[7]) as UnsentRow['headers']),
  bucket: Number(columns[8]),
  seq: columns[9],
  attempts: Number(columns[10]),
  // seconds as a float times 1,000 is not always whole
  createdAtMs: Math.round(Number(columns[11])),
  sinceAttemptMs: columns[12] === null ? null : Number(columns[12]),
});
