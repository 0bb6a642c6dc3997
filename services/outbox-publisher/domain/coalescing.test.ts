import { createCoalescing } from './coalescing.ts';

const afterRequests = (tookMs: number, leastMs = 0): number => {
  const coalescing = createCoalescing(leastMs);
  for (let n = 0; n < 100; n += 1) coalescing.note(tookMs);
  return coalescing.windowMs();
};

test('while requests are quick a row is sent at once', () => {
  expect(createCoalescing(0).windowMs()).toBe(0);
  expect(afterRequests(2)).toBe(0);
});

test('while they are slow rows are gathered for longer than that, within a limit', () => {
  expect(afterRequests(20)).toBeCloseTo(30, 0);
  expect(afterRequests(1_000)).toBe(50);
});

test('one slow request changes little, and quick ones soon end the window', () => {
  const coalescing = createCoalescing(0);
  coalescing.note(40);
  expect(coalescing.windowMs()).toBe(0);
  for (let n = 0; n < 30; n += 1) coalescing.note(40);
  expect(coalescing.windowMs()).toBeGreaterThan(20);
  for (let n = 0; n < 30; n += 1) coalescing.note(2);
  expect(coalescing.windowMs()).toBe(0);
});

test('the window that is set is the least', () => {
  expect(afterRequests(2, 15)).toBe(15);
  expect(afterRequests(40, 15)).toBeGreaterThan(30);
});
