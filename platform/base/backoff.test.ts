import { backoffMs } from './backoff.ts';

const options = { firstMs: 100, maxMs: 5_000 };

test('doubles and stops at the maximum', () => {
  const highest = (attempt: number) => backoffMs(attempt, options, () => 1);
  expect([1, 2, 3, 6, 7, 1_000].map(highest)).toEqual([100, 200, 400, 3_200, 5_000, 5_000]);
});

test('keeps at least half of the ceiling', () => {
  expect(backoffMs(3, options, () => 0)).toBe(200);
});
