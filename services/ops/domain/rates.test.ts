import { createRates } from './rates.ts';

const start = 1_000_000_000; // the beginning of a step

const filled = () => {
  const rates = createRates({ stepMs: 5_000, steps: 4 });
  return {
    ...rates,
    /** Notes a counter, or none, that was looked at a while before. */
    add: (atMs: number, count?: number, agoMs = 0) => {
      const seen = count === undefined ? [] : [{ count: BigInt(count), atMs: atMs - agoMs }];
      rates.add(atMs, new Map(seen.map((each) => ['created/loms', each])));
    },
  };
};

test('one look tells no rate, the second one does', () => {
  const rates = filled();
  rates.add(start, 100);
  expect(rates.perSecond('created/loms')).toBeUndefined();
  rates.add(start + 5_000, 600);
  expect(rates.perSecond('created/loms')).toBe(100);
  expect(rates.perSecond('created/order')).toBeUndefined();
});

test('looked at once a second, a rate is that of a few seconds', () => {
  const rates = filled();
  for (let second = 0; second <= 12; second += 1) rates.add(start + second * 1_000, second * 7);
  expect(rates.perSecond('created/loms')).toBe(7);
});

test('a counter that is looked at less often has the rate between its own looks', () => {
  const rates = filled();
  const told = [];
  for (let second = 0; second <= 30; second += 1) {
    const agoMs = (second % 3) * 1_000;
    const seenAt = second - agoMs / 1_000;
    rates.add(start + second * 1_000, seenAt * 7, agoMs);
    told.push(rates.perSecond('created/loms'));
  }
  expect(new Set(told.slice(6))).toEqual(new Set([7]));
  expect(rates.history().series).toEqual([{ name: 'created/loms', perSecond: [7, 7, 7, 7] }]);
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
    rates.add(start + second * 1_000, count);
  expect(rates.history()).toEqual({
    fromMs: start + 5_000,
    stepMs: 5_000,
    series: [{ name: 'created/loms', perSecond: [10, 20, -1, -1] }],
  });
});

test('a counter that goes back, and one that is missing for a while, are unknown', () => {
  const rates = filled();
  rates.add(start, 100);
  rates.add(start + 5_000, 40);
  expect(rates.perSecond('created/loms')).toBeUndefined();
  rates.add(start + 10_000);
  expect(rates.perSecond('created/loms')).toBeUndefined();
  rates.add(start + 15_000, 50);
  expect(rates.perSecond('created/loms')).toBeUndefined();
});
