import { chooseBuildTimeSec } from './build-time.ts';

test.each([
  [0, 1],
  [0.0999, 1],
  [0.1, 2],
  [0.5, 6],
  [0.9999, 10],
])('of 1 to 10 seconds, %d gives %d', (random, seconds) => {
  expect(chooseBuildTimeSec({ minSec: 1, maxSec: 10 }, random)).toBe(seconds);
});

test('a range of one second leaves no choice, be it none at all', () => {
  expect(chooseBuildTimeSec({ minSec: 0, maxSec: 0 }, 0.9999)).toBe(0);
  expect(chooseBuildTimeSec({ minSec: 7, maxSec: 7 }, 0.5)).toBe(7);
});
