import { createHeldPartitions } from './held-partitions.ts';

const part = { topic: 't', partition: 1 };

test('a partition rests until its time is over, and is doubtful until it is written', () => {
  const held = createHeldPartitions();
  held.fail(part, 100);
  held.endRests(99);
  expect([held.isResting('t', 1), held.isResting('t', 2)]).toEqual([true, false]);
  held.endRests(100);
  expect([held.isResting('t', 1), held.isDoubtful(part)]).toEqual([false, true]);
  held.fail(part, 300);
  expect([held.isResting('t', 1), held.failuresOf(part)]).toEqual([true, 2]);
  held.clear(part);
  expect([held.isResting('t', 1), held.isDoubtful(part)]).toEqual([false, false]);
});
