import { pooledRatio } from './pooled-ratio.ts';

test('rounds that agree leave no doubt', () => {
  const { ratio, low, high } = pooledRatio([2, 4, 6], [1, 2, 3]);
  expect([ratio, low, high]).toEqual([2, 2, 2]);
});

test('rounds that differ say how much', () => {
  const { ratio, low, high } = pooledRatio([90, 110, 95, 105], [100, 100, 100, 100]);
  expect(ratio).toBe(1);
  expect(low).toBeGreaterThanOrEqual(0.9);
  expect(low).toBeLessThan(0.99);
  expect(high).toBeLessThanOrEqual(1.1);
  expect(high).toBeGreaterThan(1.01);
});
