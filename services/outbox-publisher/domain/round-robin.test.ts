import { createRoundRobin } from './round-robin.ts';

test('where all can be read at once they are, in their order', () => {
  const roundRobin = createRoundRobin();
  expect(roundRobin.next([1, 2, 3], 5)).toEqual([1, 2, 3]);
  expect(roundRobin.next([1, 2, 3], 3)).toEqual([1, 2, 3]);
});

test('where they cannot, each is read in turn', () => {
  const roundRobin = createRoundRobin();
  expect(roundRobin.next([1, 2, 3], 2)).toEqual([1, 2]);
  expect(roundRobin.next([1, 2, 3], 2)).toEqual([3, 1]);
  expect(roundRobin.next([1, 2, 3], 2)).toEqual([2, 3]);
});

test('a bucket that was not read to its end is the first of the next read', () => {
  const roundRobin = createRoundRobin();
  roundRobin.beginWith(3);
  expect(roundRobin.next([1, 2, 3], 3)).toEqual([3, 1, 2]);
  expect(roundRobin.next([1, 2], 2)).toEqual([1, 2]);
});
