import { v7 } from 'uuid';
import { daysOf } from './report-days.ts';

test('the days of a period, first and last included, over the end of a month', () => {
  const days = daysOf({ from: '2028-02-28', to: '2028-03-01' });
  expect(days.map(({ day }) => day)).toEqual(['2028-02-28', '2028-02-29', '2028-03-01']);
});

test.each([
  ['2026-05-01T23:59:59.999Z', false],
  ['2026-05-02T00:00:00.000Z', true],
  ['2026-05-02T23:59:59.999Z', true],
  ['2026-05-03T00:00:00.000Z', false],
])('an order of %s is of the 2nd of May: %s', (time, isOfDay) => {
  const [day] = daysOf({ from: '2026-05-02', to: '2026-05-02' });
  const msecs = Date.parse(time);
  // the least and the greatest id of the millisecond
  for (const byte of [0, 255]) {
    const random = new Uint8Array(16).fill(byte);
    const id = v7({ msecs, random, seq: byte === 0 ? 0 : 0xffffffff });
    expect(id > day!.afterId && id < day!.endId).toBe(isOfDay);
  }
});

test('days follow each other without a gap', () => {
  const days = daysOf({ from: '2026-01-01', to: '2026-12-31' });
  expect(days).toHaveLength(365);
  days.slice(1).forEach(({ afterId }, index) => expect(afterId).toBe(days[index]!.endId));
});

test.each([
  ['2026-02-29', '2026-03-01', 'date-wrong', 'from'],
  ['2026-02-01', '2026-02-30', 'date-wrong', 'to'],
  ['2026-01-01', '2026-13-01', 'date-wrong', 'to'],
  ['2024-01-01', '2025-01-01', 'period-too-long', 'to'],
])('refused: from %s to %s', (from, to, reason, field) => {
  expect(() => daysOf({ from, to })).toThrow(
    expect.objectContaining({ kind: 'invalid', reason, field }),
  );
});

test('366 days are allowed', () => {
  expect(daysOf({ from: '2024-01-01', to: '2024-12-31' })).toHaveLength(366);
});

test('days before there were ids, and far ahead, are empty ones', () => {
  const [old] = daysOf({ from: '0001-01-01', to: '0001-01-01' });
  expect(old!.afterId).toBe(old!.endId);
  expect(daysOf({ from: '9999-12-31', to: '9999-12-31' })[0]!.endId).toMatch(/^[0-9a-f-]{36}$/);
});
