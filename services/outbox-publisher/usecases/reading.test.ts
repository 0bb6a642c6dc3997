import { createReadSize } from '../domain/read-size.ts';
import type { RequestPlan } from '../domain/request-plan.ts';
import type { UnsentRow } from '../domain/row.ts';
import { createSeqFloor } from '../domain/seq-floor.ts';
import { createRoundRobin } from '../domain/round-robin.ts';
import { startReading, type ReadingOptions } from './reading.ts';

const rowBytes = 100_000;
const mostBytes = 400_000;

const row = (bucket: number, seq: number) =>
  ({ id: `${seq}`, bucket, seq: `${seq}`, payload: 'x'.repeat(rowBytes) }) as UnsentRow;
const planOf = (rows: UnsentRow[]): RequestPlan => ({
  parts: [{ topic: 't', partition: 0, rows }],
  waiting: [],
  unsendable: [],
  backedOff: [],
  firstUnsent: new Map(),
  cursors: new Map(rows.map((r) => [r.bucket, r.seq])),
});

/** A table whose answers hold `mostRows` rows at the most, as the intake sees to. */
const setUp = (table: UnsentRow[], mostRows = 1_000, changes: Partial<ReadingOptions> = {}) => {
  const reads: number[] = [];
  const cut = (rows: UnsentRow[]) => {
    reads.push(rows.length);
    return Promise.resolve({ rows: rows.slice(0, mostRows), isCut: rows.length > mostRows });
  };
  const options = {
    buckets: [1, 2, 3],
    floor: createSeqFloor(() => false),
    batchRows: 30,
    expectThin: true,
    size: createReadSize(mostBytes),
    roundRobin: createRoundRobin(),
    readUnsent: ({ cursors, rowsPerBucket, bound = '999' }) =>
      cut(
        [...cursors].flatMap(([bucket, after]) =>
          table
            .filter((r) => r.bucket === bucket && Number(r.seq) > Number(after))
            .filter((r) => Number(r.seq) <= Number(bound))
            .slice(0, rowsPerBucket),
        ),
      ),
    readShort: ({ limit }) => cut(table.toSorted((a, b) => a.bucket - b.bucket).slice(0, limit)),
    ...changes,
  } satisfies ReadingOptions;
  return { reads, options, start: () => startReading(options) };
};

/** Every bucket's rows in turn, as many rounds as given. */
const rounds = (count: number) =>
  Array.from({ length: count * 3 }, (_, i) => row((i % 3) + 1, i + 1));
const ids = (rows: readonly UnsentRow[]) => rows.map(({ id }) => Number(id));

test('heavy rows: after the first read of them none asks for more than fit', async () => {
  const { reads, start } = setUp(rounds(20));
  const reading = start();
  const dealt: number[] = [];
  for (let read = await reading.first(); ; read = await reading.next('999')) {
    reading.advance(read, planOf(read.rows));
    dealt.push(...ids(read.rows));
    if (read.isThin) break;
  }
  expect(Math.max(...reads.slice(1)) * rowBytes).toBeLessThanOrEqual(mostBytes);
  expect(dealt.toSorted((a, b) => a - b)).toEqual(ids(rounds(20)));
  expect([...reading.readThrough('60').upTo.values()]).toEqual(['60', '60', '60']);
});

test('what one pass has seen the next one knows', async () => {
  const { reads, start } = setUp(rounds(20));
  await start().first();
  const before = reads.length;
  await start().first();
  expect(Math.max(...reads.slice(before)) * rowBytes).toBeLessThanOrEqual(mostBytes);
});

test('a cut read says that no bucket is whole, and nothing above its rows counts as settled', async () => {
  const size = createReadSize();
  const { start } = setUp([row(1, 1), row(1, 2), row(2, 3), row(3, 4)], 3, { size });
  const reading = start();
  const read = await reading.first();
  expect(ids(read.rows)).toEqual([1, 2, 3]);
  expect(read.isThin).toBe(false);
  expect([1, 2, 3].map(read.isWhole)).toEqual([false, false, false]);
  reading.advance(read, planOf(read.rows));
  expect([...reading.readThrough('999').upTo.values()]).toEqual(['2', '3', '0']);
  expect(ids((await reading.next('999')).rows)).toEqual([4]);
});

test('a bucket that was not read is not whole, and is read before the others are read again', async () => {
  const size = createReadSize(2 * rowBytes);
  const { start } = setUp(rounds(20), 1_000, { size });
  await start().first();
  const seen = new Set<number>();
  for (let pass = 0; pass < 2; pass += 1) {
    const read = await start().first();
    const buckets = read.rows.map(({ bucket }) => bucket);
    expect(buckets).toHaveLength(2);
    expect([1, 2, 3].some(read.isWhole)).toBe(false);
    for (const bucket of buckets) seen.add(bucket);
  }
  expect([...seen].toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
});

test('empty buckets do not cost a round: those with rows are searched for at once', async () => {
  const rows = Array.from({ length: 20 }, (_, i) => row(3, i + 1));
  const { start } = setUp(rows, 1_000, { size: createReadSize(rowBytes) });
  await start().first();
  for (let pass = 0; pass < 5; pass += 1)
    expect((await start().first()).rows.length).toBeGreaterThan(0);
});

test('a read that failed makes the next one smaller', async () => {
  const limits: number[] = [];
  const size = createReadSize();
  for (let i = 0; i < 12; i += 1) size.note([{ ...row(1, 1), payload: '{}' }]);
  const { start } = setUp([], 1_000, {
    size,
    batchRows: 1_000,
    readShort: ({ limit }) => {
      limits.push(limit);
      return Promise.reject(new Error('statement timeout'));
    },
  });
  for (let pass = 0; pass < 3; pass += 1) await expect(start().first()).rejects.toThrow('timeout');
  expect(limits).toEqual([500, 16, 8]);
});
