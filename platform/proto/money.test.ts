import { toMajorUnits, toMinorUnits } from './money.ts';

test.each([
  [0, 0n],
  [0.29, 29n], // 0.29 * 100 is 28.999999999999996
  [1.1, 110n],
  [-12.34, -1234n],
  [1_999_999.99, 199_999_999n],
  [90_071_992_547_409.91, 9_007_199_254_740_991n],
])('%d is %d minor units, and back', (major, minor) => {
  expect(toMinorUnits(major)).toBe(minor);
  expect(toMajorUnits(minor)).toBe(major);
});

test.each([0.001, 12.345, Number.NaN, Infinity, 1e17])('%d is refused', (major) => {
  expect(() => toMinorUnits(major)).toThrow(RangeError);
});
