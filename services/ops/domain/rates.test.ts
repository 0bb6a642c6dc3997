import { createRates } from './rates.ts';

const start = 1_000_000_000; // the beginning of a step
const counters = (count: number) => new Map([['created/loms', BigInt(count)]]);

const filled = () => createRates({ stepMs: 5_000, steps: 4 });

test('one look tells no rate, the second one does', () => {
  const rates = filled();
  rates.add(start, counters(100));
  expect(rates.perSecond('created/loms')).toBeUndefined();
  rates.add(start + 5_000, counters(600));
  expect(rates.perSecond('created/loms')).toBe(100);
  expect(rates.perSecond('created/order')).toBeUndefined();
});

test('looked at once a second, a rate is that of a few seconds', () => {
  const rates = filled();
  for (let second = 0; second <= 12; second += 1)
    rates.add(start + second * 1_000, counters(second * 7));
  expect(rates.perSecond('created/loms')).toBe(7);
});

test('the history has a value for each step that is over, and says where it knows none', () => {
  const rates = filled();
  for (const [second, count] of [
    [0, 0],
    [5, 50],
    [10, 150],
    [20, 150],
    [25, 200],
  ] as const)
    rates.add(start + second * 1_000, counters(count));
  expect(rates.history()).toEqual({
    fromMs: start + 5_000,
    stepMs: 5_000,
    series: [{ name: 'created/loms', perSecond: [10, 20, -1, -1] }],
  });
});

test('a counter that goes back, and one that is missing for a while, are unknown', () => {
  const rates = filled();
  rates.add(start, counters(100));
  rates.add(start + 5_000, counters(40));
  expect(rates.perSecond('created/loms')).toBeUndefined();
  rates.add(start + 10_000, new Map());
  expect(rates.perSecond('created/loms')).toBeUndefined();
  rates.add(start + 15_000, counters(50));
  expect(rates.perSecond('created/loms')).toBeUndefined();
});
