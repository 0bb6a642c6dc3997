import { createTurns } from './turns.ts';

test('where all can be read at once they are, in their order', () => {
  const turns = createTurns();
  expect(turns.next([1, 2, 3], 5)).toEqual([1, 2, 3]);
  expect(turns.next([1, 2, 3], 3)).toEqual([1, 2, 3]);
});

test('where they cannot, each has its turn', () => {
  const turns = createTurns();
  expect(turns.next([1, 2, 3], 2)).toEqual([1, 2]);
  expect(turns.next([1, 2, 3], 2)).toEqual([3, 1]);
  expect(turns.next([1, 2, 3], 2)).toEqual([2, 3]);
});

test('a bucket that was not read to its end is the first of the next turn', () => {
  const turns = createTurns();
  turns.beginWith(3);
  expect(turns.next([1, 2, 3], 3)).toEqual([3, 1, 2]);
  expect(turns.next([1, 2], 2)).toEqual([1, 2]);
});
