import { duration } from './config.ts';

test.each([
  ['250ms', 250],
  ['30s', 30_000],
  ['15m', 900_000],
  ['24h', 86_400_000],
  ['365d', 31_536_000_000],
])('%s is a duration', (text, ms) => {
  expect(duration.parse(text)).toBe(ms);
});

test.each(['', '0s', '15', '1.5h', '-1s', '15 m', '1h30m', '366d', '99999999999d'])(
  '%j is none',
  (text) => {
    expect(duration.safeParse(text).success).toBe(false);
  },
);
