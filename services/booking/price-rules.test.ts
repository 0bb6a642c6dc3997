import { loadPriceRules, parsePriceRules } from './price-rules.ts';

const file = (change: { [key: string]: string } = {}) => {
  const parts = {
    base: '{ default_minor: 100, routes: [{ from: SVO, to: LED, amount_minor: 200 }] }',
    airlines: '{ default_factor: 1, factors: [{ airline: SU, factor: 1.15 }] }',
    days_ahead: '[{ from: 0, factor: 2 }, { from: 3, factor: 0.8125 }]',
    load: '[{ from: 0, factor: 1 }]',
    ...change,
  };
  return Object.entries(parts)
    .map(([key, value]) => `${key}: ${value}`)
    .join('\n');
};

test('the rules of the file, in exact numbers', () => {
  expect(parsePriceRules(file(), 'f')).toEqual({
    defaultBaseMinor: 100n,
    baseMinor: new Map([['SVO-LED', 200n]]),
    defaultAirlineFactor: 10_000n,
    airlineFactors: new Map([['SU', 11_500n]]),
    daysAhead: [
      { from: 0n, factor: 20_000n },
      { from: 3n, factor: 8_125n },
    ],
    load: [{ from: 0n, factor: 10_000n }],
  });
});

test('the file beside the code is right', async () => {
  expect((await loadPriceRules()).baseMinor.size).toBeGreaterThan(0);
});

const row = '{ from: SVO, to: LED, amount_minor: 1 }';
const base = (routes: string, least = 100) => ({
  base: `{ default_minor: ${least}, routes: [${routes}] }`,
});
const days = (rows: string) => ({ days_ahead: `[${rows}]` });

test.each([
  ['the same route twice', base(`${row}, ${row}`), 'SVO-LED has a row already', 'base.routes[1]'],
  [
    'the same airline twice',
    {
      airlines:
        '{ default_factor: 1, factors: [{ airline: SU, factor: 1 }, { airline: SU, factor: 2 }] }',
    },
    'SU has a row already',
    'airlines.factors[1]',
  ],
  ['a gap below the first band', days('{ from: 1, factor: 1 }'), 'gap', 'days_ahead[0].from'],
  [
    'two bands from one day',
    days('{ from: 0, factor: 1 }, { from: 0, factor: 2 }'),
    'overlaps',
    'days_ahead[1].from',
  ],
  [
    'bands that do not ascend',
    days('{ from: 0, factor: 1 }, { from: 9, factor: 2 }, { from: 7, factor: 1 }'),
    'overlaps the one from 9',
    'days_ahead[2].from',
  ],
  ['no band', { load: '[]' }, 'load', 'load'],
  [
    'a band beyond 100 %',
    { load: '[{ from: 0, factor: 1 }, { from: 101, factor: 2 }]' },
    '100',
    'load[1].from',
  ],
  ['a factor of nothing', days('{ from: 0, factor: 0 }'), '>0', 'days_ahead[0].factor'],
  ['a factor below nothing', days('{ from: 0, factor: -1 }'), '>0', 'days_ahead[0].factor'],
  ['five decimals', days('{ from: 0, factor: 1.00001 }'), 'four decimals', 'days_ahead[0].factor'],
  ['no number', days('{ from: 0, factor: .nan }'), 'number', 'days_ahead[0].factor'],
  ['an unknown key', { tax: '1' }, 'tax', ''],
  ['a price of nothing', base('', 0), '>=1', 'base.default_minor'],
  [
    'a price that becomes nothing',
    { ...base('', 1), ...days('{ from: 0, factor: 0.1 }') },
    'cost nothing',
    '',
  ],
  ['a price beyond 2^53-1', { ...base('', 9007199254740991) }, 'over 2^53-1', ''],
])('refused: %s', (_, change, words, path) => {
  const read = () => parsePriceRules(file(change), 'prices.yaml');
  expect(read).toThrow('PRICE_RULES_FILE prices.yaml is wrong');
  expect(read).toThrow(words);
  expect(read).toThrow(path);
});

test('all faults are named at once', () => {
  const wrong = { load: '[{ from: 1, factor: -1 }]', ...base(`${row}, ${row}`) };
  const read = () => parsePriceRules(file(wrong), 'f');
  for (const path of ['base.routes[1]', 'load[0].factor']) expect(read).toThrow(path);
});

test('a file that is no YAML, or is not there', async () => {
  expect(() => parsePriceRules('a: [', 'f')).toThrow('PRICE_RULES_FILE f is not YAML');
  await expect(loadPriceRules('/nowhere/prices.yaml')).rejects.toThrow('cannot be read');
});
