import { createSequenceCheck } from './sequence-check.ts';

const judge = (sequences: number[], maxKeys = 10) => {
  const check = createSequenceCheck(maxKeys);
  return sequences.map((sequence) => check.see('7', sequence));
};

test.each([
  ['from the beginning', [1, 2, 3], ['ok', 'ok', 'ok']],
  ['from the middle', [5, 6], ['unknown', 'ok']],
  ['one twice', [1, 1, 2], ['ok', 'duplicate', 'ok']],
  [
    'a batch twice',
    [1, 2, 3, 1, 2, 3, 4],
    ['ok', 'ok', 'ok', ...Array<string>(3).fill('duplicate'), 'ok'],
  ],
  ['a gap', [1, 3, 4], ['ok', 'violation', 'ok']],
  ['what was missing comes late', [1, 3, 2, 4], ['ok', 'violation', 'violation', 'ok']],
  ['late, then again', [1, 3, 2, 2], ['ok', 'violation', 'violation', 'duplicate']],
  ['the first two swapped', [2, 1, 3], ['unknown', 'violation', 'ok']],
  ['an older one than the first seen', [5, 3, 4, 6], ['unknown', 'violation', 'violation', 'ok']],
])('%s', (_, sequences, expected) => {
  expect(judge(sequences)).toEqual(expected);
});

test('keys do not disturb each other', () => {
  const check = createSequenceCheck(10);
  expect([check.see('a', 1), check.see('b', 1), check.see('a', 2), check.see('b', 2)]).toEqual(
    Array(4).fill('ok'),
  );
});

test('only so many keys are remembered: the one seen longest ago is forgotten', () => {
  const check = createSequenceCheck(2);
  for (const key of ['a', 'b', 'a', 'c']) check.see(key, key === 'a' ? 1 : 4);
  expect(check.see('a', 1)).toBe('duplicate');
  expect(check.see('b', 4)).toBe('unknown');
});

test('a huge jump is a violation and does not cost memory or time', () => {
  expect(judge([1, 9_007_199_254_740_990, 9_007_199_254_740_991])).toEqual([
    'ok',
    'violation',
    'ok',
  ]);
});
