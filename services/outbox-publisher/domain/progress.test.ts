import { createProgress } from './progress.ts';
import type { RequestPlan } from './request-plan.ts';
import type { UnsentRow } from './row.ts';

const row = (bucket: number, seq: number) =>
  ({ id: String(seq), bucket, seq: String(seq) }) as UnsentRow;
/** A plan that sends these rows, and leaves those. */
const planOf = (going: UnsentRow[], unsent: UnsentRow[] = []): RequestPlan => ({
  parts: [{ topic: 't', partition: 0, rows: going }],
  waiting: [],
  unsendable: [],
  backedOff: [],
  firstUnsent: new Map(unsent.map((r) => [r.bucket, r.seq])),
  cursors: new Map(going.map((r) => [r.bucket, r.seq])),
});
const always = () => true;
const never = () => false;

/** Of bucket 1 and, if given, bucket 2. */
const floors = (...seqs: number[]) => new Map(seqs.map((seq, i) => [i + 1, String(seq)]));
const settled = (progress: ReturnType<typeof createProgress>, bound = 50) =>
  [...progress.readThrough(String(bound)).upTo.values()].map(Number);

test('when all was read and goes, everything up to the bound is settled, and no more', () => {
  const progress = createProgress(floors(10, 10));
  const rows = [row(1, 11), row(2, 12), row(1, 99)];
  progress.note(planOf(rows), always);
  expect(settled(progress)).toEqual([50, 50]);
});

test('a row that was read and does not go stays above what is settled of its bucket', () => {
  const progress = createProgress(floors(0, 0));
  progress.note(planOf([row(1, 11), row(1, 13), row(2, 14)], [row(1, 12)]), always);
  expect(settled(progress)).toEqual([11, 50]);
});

test('a bucket with more rows than were read is settled up to the last one dealt with', () => {
  const progress = createProgress(floors(0, 0));
  const rows = [row(1, 11), row(2, 30)];
  progress.note(planOf(rows), (bucket) => bucket === 2);
  expect(settled(progress)).toEqual([11, 50]);
  const more = [row(1, 40)];
  progress.note(planOf(more), always);
  expect(settled(progress)).toEqual([50, 50]);
  expect(settled(progress, 20)).toEqual([20, 20]);
});

test('before anything was read only what lies below the floors is settled', () => {
  expect(settled(createProgress(floors(7, 8)))).toEqual([7, 8]);
  const progress = createProgress(floors(7, 8));
  progress.note(planOf([]), never);
  expect(settled(progress)).toEqual([7, 8]);
});

test('the rows of a backed-off partition are reported, and hold nothing back', () => {
  const progress = createProgress(floors(0));
  const waiting = (first: number) => ({
    topic: 't',
    partition: 1,
    first: new Map([[1, String(first)]]),
  });
  progress.note({ ...planOf([row(1, 12)]), backedOff: [waiting(11)] }, never);
  progress.note({ ...planOf([row(1, 14)]), backedOff: [waiting(13)] }, always);
  expect(progress.readThrough('50').backedOff).toEqual([waiting(11)]);
  expect(settled(progress)).toEqual([50]);
});
