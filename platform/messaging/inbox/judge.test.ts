import { discardedBefore } from '../event.ts';
import { judgeSequence } from './judge.ts';

test.each([
  [1n, undefined, 'next'],
  [7n, undefined, 'next'],
  [4n, 3n, 'next'],
  [3n, 3n, 'late'],
  [2n, 3n, 'late'],
  [6n, 3n, 'gap'],
])('%s after %s: %s', (sequence, highest, verdict) => {
  expect(judgeSequence(sequence, highest)).toBe(verdict);
});

test.each([
  ['4,5', 'skipped'],
  ['5,4,4,2', 'skipped'],
  ['4', 'gap'],
  ['4,6', 'gap'],
  ['', 'gap'],
  ['4;5', 'gap'],
])('6 after 3, with %j given up: %s', (header, verdict) => {
  expect(judgeSequence(6n, 3n, discardedBefore({ discarded: header }))).toBe(verdict);
});

test('of a header without end only so much is read', () => {
  expect(discardedBefore({ discarded: '1,'.repeat(1_000_000) })).toHaveLength(100);
});
