import { createHeldKeys } from './held-keys.ts';

const a = { topic: 't', key: 'a' };
const b = { topic: 't', key: 'b' };

test('a back-off ends only when it is ended, not by itself in the middle of a pass', () => {
  const held = createHeldKeys();
  held.backOff(a, 100);
  expect(held.isBackedOff(a)).toBe(true);
  held.endBackoffs(99);
  expect(held.isBackedOff(a)).toBe(true);
  held.endBackoffs(100);
  expect(held.isBackedOff(a)).toBe(false);
});

test('a shorter back-off of another row does not end a longer one of its key', () => {
  const held = createHeldKeys();
  held.backOff(a, 100);
  held.backOff(a, 50);
  held.endBackoffs(99);
  expect(held.isBackedOff(a)).toBe(true);
});

test('keys are held per topic', () => {
  const held = createHeldKeys();
  held.block(a);
  expect(held.isBlocked(a)).toBe(true);
  expect(held.isBlocked(b)).toBe(false);
  expect(held.isBlocked({ topic: 'other', key: 'a' })).toBe(false);
});

test('what the table says replaces what was known', () => {
  const held = createHeldKeys();
  held.block(a);
  held.beginRefresh();
  held.setBlocked([b]);
  expect([held.isBlocked(a), held.isBlocked(b), held.blockedCount]).toEqual([false, true, 1]);
});
