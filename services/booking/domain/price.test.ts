import fc from 'fast-check';
import { multiply, one, priceOf, type Band, type PriceRules } from './price.ts';

const flight = { from: 'SVO', to: 'LED', date: '2030-05-01', time: '12:00', airline: 'SU' };
const now = new Date('2030-04-01T00:00:00Z');
const dayMs = 86_400_000;
const inDays = (days: number) => new Date(now.getTime() + days * dayMs);

const rules: PriceRules = {
  defaultBaseMinor: 9_000n,
  baseMinor: new Map([['SVO-LED', 1_001n]]),
  defaultAirlineFactor: one,
  airlineFactors: new Map([['SU', 11_500n]]),
  daysAhead: [
    { from: 0n, factor: 20_000n },
    { from: 3n, factor: 10_000n },
    { from: 7n, factor: 9_500n },
  ],
  load: [
    { from: 0n, factor: 9_000n },
    { from: 50n, factor: 10_000n },
    { from: 100n, factor: 30_000n },
  ],
};

test('each rule has a line, and the lines add up to the amount', () => {
  const load = { capacity: 10, sold: 3 };
  expect(priceOf(rules, flight, { departure: inDays(10), now, load })).toEqual({
    // 1001 × 1.15 = 1151.15, × 0.95 = 1093.45, × 0.9 = 983.7
    amountMinor: 984n,
    lines: [
      { label: 'base SVO–LED', amountMinor: 1_001n },
      { label: 'airline SU × 1.15', amountMinor: 150n },
      { label: '10 days ahead × 0.95', amountMinor: -58n },
      { label: 'load 30 % × 0.9', amountMinor: -109n },
    ],
  });
});

test('what has no rule has the default, and a load that is not known changes nothing', () => {
  const other = { ...flight, to: 'AER', airline: 'ZZ' };
  expect(priceOf(rules, other, { departure: inDays(4), now })).toEqual({
    amountMinor: 9_000n,
    lines: [
      { label: 'base, no rule for SVO–AER', amountMinor: 9_000n },
      { label: 'airline ZZ × 1', amountMinor: 0n },
      { label: '4 days ahead × 1', amountMinor: 0n },
      { label: 'load unknown: the flight could not be asked', amountMinor: 0n },
    ],
  });
});

test.each([
  [0, '0 days ahead × 2'],
  [1 / dayMs, '0 days ahead × 2'],
  [1, '1 day ahead × 2'],
  [3 - 1 / dayMs, '2 days ahead × 2'],
  [3, '3 days ahead × 1'],
  [7 - 1 / dayMs, '6 days ahead × 1'],
  [7, '7 days ahead × 0.95'],
  [4_000, '4000 days ahead × 0.95'],
])('a departure in %d days is in the band: %s', (days, label) => {
  const { lines } = priceOf(rules, flight, { departure: inDays(days), now });
  expect(lines[2]?.label).toBe(label);
});

test.each([
  [0, 300, 'load 0 % × 0.9'],
  [149, 300, 'load 49 % × 0.9'],
  [150, 300, 'load 50 % × 1'],
  [299, 300, 'load 99 % × 1'],
  [300, 300, 'load 100 % × 3'],
  [301, 300, 'load 100 % × 3'],
  [0, 0, 'load 100 % × 3'],
])('%d of %d seats sold: %s', (sold, capacity, label) => {
  const load = { capacity, sold };
  const { lines } = priceOf(rules, flight, { departure: inDays(4), now, load });
  expect(lines[3]?.label).toBe(label);
});

test.each([
  [1n, 5_000n, 1n],
  [1n, 4_999n, 0n],
  [3n, 5_000n, 2n],
  [10n, 10_001n, 10n],
  [9_007_199_254_740_991n, one, 9_007_199_254_740_991n],
])('%d × %d ten-thousandths is %d', (amount, factor, product) => {
  expect(multiply(amount, factor)).toBe(product);
});

test('whatever the rules, the lines add up, and a greater factor is never cheaper', () => {
  const factor = fc.bigInt(1n, 100_000n);
  const bands = fc
    .uniqueArray(fc.bigInt(1n, 100n), { maxLength: 5 })
    .chain((froms) =>
      fc.tuple(
        ...[0n, ...froms.sort((a, b) => (a < b ? -1 : 1))].map((from) =>
          factor.map((own): Band => ({ from, factor: own })),
        ),
      ),
    );
  const anyRules = fc.record({
    defaultBaseMinor: fc.bigInt(1n, 1_000_000_000n),
    baseMinor: fc.constant(new Map<string, bigint>()),
    defaultAirlineFactor: factor,
    airlineFactors: fc.constant(new Map<string, bigint>()),
    daysAhead: bands,
    load: bands,
  });
  const load = fc.option(
    fc.record({ capacity: fc.nat({ max: 500 }), sold: fc.nat({ max: 600 }) }),
    { nil: undefined },
  );
  fc.assert(
    fc.property(anyRules, fc.nat({ max: 200 }), load, (each, days, seats) => {
      const facts = { departure: inDays(days), now, load: seats };
      const { amountMinor, lines } = priceOf(each, flight, facts);
      expect(lines.reduce((sum, line) => sum + line.amountMinor, 0n)).toBe(amountMinor);
      const dearer = { ...each, defaultAirlineFactor: each.defaultAirlineFactor + 1n };
      expect(priceOf(dearer, flight, facts).amountMinor).toBeGreaterThanOrEqual(amountMinor);
    }),
  );
});
