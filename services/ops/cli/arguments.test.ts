import { parseCount, parseKey, parseMoment, parseSequence } from './arguments.ts';

const now = new Date('2026-11-21T14:10:00Z');

test.each([
  ['2026-11-20T09:30Z', '2026-11-20T09:30:00.000Z'],
  ['2026-11-20T09:30:15', '2026-11-20T09:30:15.000Z'],
  ['2026-11-20T09:30:15.25+02:00', '2026-11-20T07:30:15.250Z'],
  ['2026-11-20', '2026-11-20T00:00:00.000Z'],
  ['14:02', '2026-11-21T14:02:00.000Z'],
  ['15m', '2026-11-21T13:55:00.000Z'],
  ['2d', '2026-11-19T14:10:00.000Z'],
])('%p is %p', (text, moment) => {
  expect(parseMoment(text, now).toISOString()).toBe(moment);
});

test.each(['', 'yesterday', '25:00', '2026-02-30', '2026-13-01', '12', '-5m', '2026-11-20 09:30'])(
  '%p is no time',
  (text) => {
    expect(() => parseMoment(text, now)).toThrow(/Give 2026/);
  },
);

test.each(['0', '-1', '1.5', 'ten', '', '501'])('%p is no count up to 500', (text) => {
  expect(() => parseCount(500)(text)).toThrow('from 1 to 500');
});

test('counts, sequences and keys that are right', () => {
  expect(parseCount(500)('500')).toBe(500);
  expect(parseSequence('4')).toBe(4n);
  expect(parseKey('42')).toBe('42');
});

test.each(['0', '04', 'x', '-3'])('%p is no sequence', (text) => {
  expect(() => parseSequence(text)).toThrow('from 1 on');
});

test.each(['', '  ', 'x'.repeat(201)])('%p is no order id', (text) => {
  expect(() => parseKey(text)).toThrow('1 to 200');
});
