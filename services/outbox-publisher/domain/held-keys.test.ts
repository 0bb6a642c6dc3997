import { createHeldKeys } from './held-keys.ts';

const a = { topic: 't', key: 'a' };
const b = { topic: 't', key: 'b' };

test('a rest ends only when it is ended, not by itself in the middle of a pass', () => {
  const held = createHeldKeys();
  held.rest(a, 100);
  expect(held.isResting(a)).toBe(true);
  held.endRests(99);
  expect(held.isResting(a)).toBe(true);
  held.endRests(100);
  expect(held.isResting(a)).toBe(false);
});

test('a shorter rest of another row does not end a longer one of its key', () => {
  const held = createHeldKeys();
  held.rest(a, 100);
  held.rest(a, 50);
  held.endRests(99);
  expect(held.isResting(a)).toBe(true);
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
  held.beginLook();
  held.setBlocked([b]);
  expect([held.isBlocked(a), held.isBlocked(b), held.blockedCount]).toEqual([false, true, 1]);
});
