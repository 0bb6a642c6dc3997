import { percentileOf, ratioOf } from './ratio.ts';

const round = (from: number): Float64Array =>
  Float64Array.from({ length: 100 }, (_, i) => from + i);

test('a percentile is of all lists together', () => {
  expect(percentileOf([round(1), round(101)], 0.5)).toBe(100);
  expect(percentileOf([round(1), round(101)], 0.99)).toBe(198);
  expect(percentileOf([], 0.99)).toBeNaN();
});

test('rounds that are all alike leave no doubt about the ratio', () => {
  const pairs = Array.from({ length: 5 }, () => ({ before: round(1), after: round(101) }));
  expect(ratioOf(pairs, 0.5)).toEqual({ ratio: 3, from: 3, to: 3 });
});

test('the more rounds differ, the wider the interval', () => {
  const pairs = Array.from({ length: 20 }, (_, i) => ({
    before: round(i % 2 === 0 ? 1 : 301),
    after: round(i % 3 === 0 ? 301 : 1),
  }));
  const { ratio, from, to } = ratioOf(pairs, 0.99);
  expect(from).toBeLessThan(ratio);
  expect(to).toBeGreaterThanOrEqual(ratio);
});
