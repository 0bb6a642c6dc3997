import { parseCount, parseMoment } from './arguments.ts';

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

test('a count that is right', () => {
  expect(parseCount(500)('500')).toBe(500);
});

test('a length of time may count forward, too', () => {
  expect(parseMoment('2d', now, 'from now').toISOString()).toBe('2026-11-23T14:10:00.000Z');
  expect(() => parseMoment('soon', now, 'from now')).toThrow('3d (from now)');
});
