import { createHeldPartitions } from './held-partitions.ts';

const part = { topic: 't', partition: 1 };

test('a partition is backed off until its time is over, and is doubtful until it is written', () => {
  const held = createHeldPartitions();
  held.fail(part, 100);
  held.endBackoffs(99);
  expect([held.isBackedOff('t', 1), held.isBackedOff('t', 2)]).toEqual([true, false]);
  held.endBackoffs(100);
  expect([held.isBackedOff('t', 1), held.isDoubtful(part)]).toEqual([false, true]);
  held.fail(part, 300);
  expect([held.isBackedOff('t', 1), held.failuresOf(part)]).toEqual([true, 2]);
  held.clear(part);
  // until the pass has ended: it has passed over rows that lie there
  expect([held.isBackedOff('t', 1), held.isDoubtful(part)]).toEqual([true, false]);
  held.endBackoffs(0);
  expect([held.isBackedOff('t', 1), held.isDoubtful(part)]).toEqual([false, false]);
});

test('a held partition is backed off until it is let go, whatever the outcome of the request', () => {
  const held = createHeldPartitions();
  const part = { topic: 't', partition: 1 };
  const afterPass = (nowMs: number) => {
    held.endBackoffs(nowMs);
    return held.isBackedOff('t', 1);
  };
  held.hold(part);
  expect(afterPass(1_000)).toBe(true);
  held.clear(part);
  expect(afterPass(1_000)).toBe(true);
  held.fail(part, 500);
  expect(afterPass(1_000)).toBe(true);
  held.letGo(part);
  expect(held.isBackedOff('t', 1)).toBe(true);
  expect(afterPass(400)).toBe(true);
  expect(afterPass(500)).toBe(false);
  expect(held.isDoubtful(part)).toBe(true);
});
