import { createTestDatabase } from '../../../testing/engines/database.ts';
import type { Pool } from '#platform/database/pool.ts';
import { newId } from '#platform/base/ids.ts';
import { openTestPool } from '../../../testing/test-pool.ts';
import { createReadSize, mostReadBytes } from '../domain/read-size.ts';
import { planRequest, requestLimits } from '../domain/request-plan.ts';
import type { UnsentRow } from '../domain/row.ts';
import { createSeqFloor } from '../domain/seq-floor.ts';
import { createRoundRobin } from '../domain/round-robin.ts';
import { startReading, type RowsRead } from '../usecases/reading.ts';
import { readShort, readUnsent } from './unsent.ts';

const source = 'loms';
const buckets = Array.from({ length: 64 }, (_, bucket) => bucket);
// 100 rows of 380 KB are 38 MB, of which a read may hold 16
const rowBytes = 380_000;
const rowCount = 100;
const bucketCount = 20;
const rowsOfABucket = rowCount / bucketCount;
let pool: Pool;

beforeAll(async () => {
  const database = await createTestDatabase();
  const writer = openTestPool(database.urlFor('loms'));
  pool = openTestPool(database.urlFor('publisher'));
  await writer.query(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
     SELECT id, 'loms.order-events', 'k' || n % $3, n, 'T',
            jsonb_build_object('text', repeat('x', $1)), '{}', n % $3, clock_timestamp()
       FROM unnest($2::uuid[]) WITH ORDINALITY AS ids (id, n)`,
    [rowBytes, Array.from({ length: rowCount }, newId), bucketCount],
  );
  await writer.end();
});
afterAll(() => pool.end());

const bytesOf = (rows: readonly UnsentRow[]) =>
  rows.reduce((sum, { payload }) => sum + payload.length, 0);
const sequencesOf = (rows: readonly UnsentRow[], bucket: number) =>
  rows.filter((row) => row.bucket === bucket).map(({ sequence }) => Number(sequence));
/** What the set-up wrote under a bucket, in order. */
const writtenOf = (bucket: number) =>
  Array.from(
    { length: rowsOfABucket },
    (_, i) => bucketCount * (bucket === 0 ? i + 1 : i) + bucket,
  );

test('an answer too large is cut behind a row: whole rows, and none missing between them', async () => {
  const cursors = new Map(buckets.map((bucket) => [bucket, '0']));
  const answers = [
    await readShort(pool, source)({ buckets, floor: '0', limit: 500 }),
    await readUnsent(pool, source)({ cursors, rowsPerBucket: 16, bound: undefined }),
  ];
  for (const { rows, isCut } of answers) {
    expect(isCut).toBe(true);
    // the row that reaches the limit is the last one that is kept
    expect(rows).toHaveLength(Math.ceil(mostReadBytes / rowBytes));
    for (const { payload } of rows) expect(payload.length).toBeGreaterThan(rowBytes);
    // five rows of each bucket: all before the last bucket are whole, and that one is cut
    const last = rows.at(-1)!.bucket;
    for (let bucket = 0; bucket < last; bucket += 1)
      expect(sequencesOf(rows, bucket)).toEqual(writtenOf(bucket));
    const cut = sequencesOf(rows, last);
    expect(cut.length).toBeLessThan(rowsOfABucket);
    expect(cut).toEqual(writtenOf(last).slice(0, cut.length));
  }
});

test('a pass over 38 MB: no read asks for more than fit, all rows come in their order', async () => {
  const found: number[] = [];
  const noted =
    <R>(read: (request: R) => Promise<RowsRead>) =>
    async (request: R) => {
      const answer = await read(request);
      expect(answer.isCut).toBe(false);
      found.push(bytesOf(answer.rows));
      return answer;
    };
  const reading = startReading({
    buckets,
    floor: createSeqFloor(() => false),
    batchRows: 1_000,
    expectThin: true,
    size: createReadSize(),
    roundRobin: createRoundRobin(),
    readUnsent: noted(readUnsent(pool, source)),
    readShort: noted(readShort(pool, source)),
  });
  const rules = {
    partitionOf: (_: string, key: string) => Number(key.slice(1)) % 4,
    isBlocked: () => false,
    isBackedOff: () => false,
    isPartitionBackedOff: () => false,
  };
  const sent: UnsentRow[] = [];
  for (let read = await reading.first(); ; read = await reading.next('999999')) {
    const plan = planRequest(read.rows, { ...rules, ...requestLimits });
    reading.advance(read, plan);
    sent.push(...plan.parts.flatMap(({ rows }) => rows));
    if (read.isThin) break;
  }
  expect(Math.max(...found)).toBeLessThanOrEqual(mostReadBytes);
  expect(sent).toHaveLength(rowCount);
  for (let bucket = 0; bucket < bucketCount; bucket += 1)
    expect(sequencesOf(sent, bucket)).toEqual(writtenOf(bucket));
});
