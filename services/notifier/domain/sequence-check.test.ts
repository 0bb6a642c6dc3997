import { createSequenceCheck } from './sequence-check.ts';

const judge = (sequences: number[], maxKeys = 10) => {
  const check = createSequenceCheck(maxKeys);
  return sequences.map((sequence) => check.see('7', { sequence }));
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
  ['a jump', [1, 3, 4], ['ok', 'jump', 'ok']],
  ['what was missing comes late', [1, 3, 2, 4], ['ok', 'jump', 'late', 'ok']],
  ['late, then again', [1, 3, 2, 2], ['ok', 'jump', 'late', 'duplicate']],
  ['the first two swapped', [2, 1, 3], ['unknown', 'late', 'ok']],
  ['an older one than the first seen', [5, 3, 4, 6], ['unknown', 'late', 'late', 'ok']],
])('%s', (_, sequences, expected) => {
  expect(judge(sequences)).toEqual(expected);
});

test('keys do not disturb each other', () => {
  const check = createSequenceCheck(10);
  expect([
    check.see('a', { sequence: 1 }),
    check.see('b', { sequence: 1 }),
    check.see('a', { sequence: 2 }),
    check.see('b', { sequence: 2 }),
  ]).toEqual(Array(4).fill('ok'));
});

test('only so many keys are remembered: the one seen longest ago is forgotten', () => {
  const check = createSequenceCheck(2);
  for (const key of ['a', 'b', 'a', 'c']) check.see(key, { sequence: key === 'a' ? 1 : 4 });
  expect(check.see('a', { sequence: 1 })).toBe('duplicate');
  expect(check.see('b', { sequence: 4 })).toBe('unknown');
});

test('a huge jump is reported and does not cost memory or time', () => {
  expect(judge([1, 9_007_199_254_740_990, 9_007_199_254_740_991])).toEqual(['ok', 'jump', 'ok']);
});

test.each([
  [[3, 4], 'discarded-gap'],
  [[4, 3, 3, 1], 'discarded-gap'],
  [[3], 'jump'],
  [[4, 5], 'jump'],
])('5 after 2, with %j given up: %s', (discarded, history) => {
  const check = createSequenceCheck(10);
  check.see('7', { sequence: 2 });
  expect(check.see('7', { sequence: 5, discarded })).toBe(history);
});

test('what an operator had sent again may be late, once', () => {
  const check = createSequenceCheck(10);
  const redriven = { sequence: 2, isRedriven: true };
  const events = [{ sequence: 1 }, { sequence: 3 }, redriven, redriven];
  expect(events.map((event) => check.see('7', event))).toEqual([
    ...['ok', 'jump', 'redriven', 'duplicate'],
  ]);
});
