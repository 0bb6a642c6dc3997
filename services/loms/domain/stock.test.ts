import { available, findShortSkus } from './stock.ts';

const stock = (sku: bigint, totalCount: bigint, reserved: bigint) => ({
  sku,
  totalCount,
  reserved,
});

test('what is available is never less than zero', () => {
  expect(available(stock(1n, 150n, 10n))).toBe(140n);
  expect(available(stock(1n, 100n, 101n))).toBe(0n);
});

test('short are the unknown, the used up and the too few; exactly enough is enough', () => {
  const stocks = [stock(1n, 10n, 0n), stock(2n, 10n, 10n), stock(3n, 10n, 5n)];
  const items = [1n, 2n, 3n, 4n].map((sku) => ({ sku, count: sku === 1n ? 10 : 6 }));
  expect(findShortSkus(items, stocks)).toEqual([2n, 3n, 4n]);
});
