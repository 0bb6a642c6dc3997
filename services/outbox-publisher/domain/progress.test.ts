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

test('when all was read and goes, everything up to the bound is settled, and no more', () => {
  const progress = createProgress([1, 2], '10');
  const rows = [row(1, 11), row(2, 12), row(1, 99)];
  progress.note(rows, planOf(rows), always);
  expect(progress.settledUpTo('50')).toBe('50');
});

test('a row that was read and does not go stays above what is settled', () => {
  const progress = createProgress([1], '0');
  const rows = [row(1, 11), row(1, 12), row(1, 13)];
  progress.note(rows, planOf([row(1, 11), row(1, 13)]), always);
  expect(progress.settledUpTo('50')).toBe('11');
});

test('a bucket with more rows than were read is settled up to the last one dealt with', () => {
  const progress = createProgress([1, 2], '0');
  const rows = [row(1, 11), row(2, 30)];
  progress.note(rows, planOf(rows), (bucket) => bucket === 2);
  expect(progress.settledUpTo('50')).toBe('11');
  const more = [row(1, 40)];
  progress.note(more, planOf(more), always);
  expect(progress.settledUpTo('50')).toBe('50');
});

test('before anything was read only what lies below the floor is settled', () => {
  expect(createProgress([1, 2], '7').settledUpTo('50')).toBe('7');
  const progress = createProgress([1, 2], '7');
  progress.note([], planOf([]), never);
  expect(progress.settledUpTo('50')).toBe('7');
});
