import { createProgress } from './progress.ts';
import type { RequestPlan } from './request-plan.ts';
import type { UnsentRow } from './row.ts';

const row = (bucket: number, seq: number) =>
  ({ id: String(seq), bucket, seq: String(seq) }) as UnsentRow;
/** A plan that sends these rows; `cursors` as the last of them in each bucket, or as given. */
const planOf = (going: UnsentRow[], cursors = new Map(going.map((r) => [r.bucket, r.seq]))) =>
  ({
    parts: [{ topic: 't', partition: 0, rows: going }],
    waiting: [],
    unsendable: [],
    cursors,
  }) as RequestPlan;
const always = () => true;
const never = () => false;

/** Of bucket 1 and, if given, bucket 2. */
const floors = (...seqs: number[]) => new Map(seqs.map((seq, i) => [i + 1, String(seq)]));
const settled = (progress: ReturnType<typeof createProgress>, bound = 50) =>
  [...progress.settledUpTo(String(bound)).values()].map(Number);

test('when all was read and goes, everything up to the bound is settled, and no more', () => {
  const progress = createProgress(floors(10, 10));
  const rows = [row(1, 11), row(2, 12), row(1, 99)];
  progress.note(rows, planOf(rows), always);
  expect(settled(progress)).toEqual([50, 50]);
});

test('a row that was read and does not go stays above what is settled of its bucket', () => {
  const progress = createProgress(floors(0, 0));
  const rows = [row(1, 11), row(1, 12), row(1, 13), row(2, 14)];
  progress.note(rows, planOf([row(1, 11), row(1, 13), row(2, 14)]), always);
  expect(settled(progress)).toEqual([11, 50]);
});

test('a bucket with more rows than were read is settled up to the last one dealt with', () => {
  const progress = createProgress(floors(0, 0));
  const rows = [row(1, 11), row(2, 30)];
  progress.note(rows, planOf(rows), (bucket) => bucket === 2);
  expect(settled(progress)).toEqual([11, 50]);
  const more = [row(1, 40)];
  progress.note(more, planOf(more), always);
  expect(settled(progress)).toEqual([50, 50]);
  expect(settled(progress, 20)).toEqual([20, 20]);
});

test('before anything was read only what lies below the floors is settled', () => {
  expect(settled(createProgress(floors(7, 8)))).toEqual([7, 8]);
  const progress = createProgress(floors(7, 8));
  progress.note([], planOf([]), never);
  expect(settled(progress)).toEqual([7, 8]);
});
