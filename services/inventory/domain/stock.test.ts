import { available, refusalOf } from './stock.ts';

const stock = (partId: string, stockQuantity: bigint, reserved = 0n) => ({
  partId,
  stockQuantity,
  reserved,
});

test('what is available is never less than zero', () => {
  expect(available(stock('a', 150n, 10n))).toBe(140n);
  expect(available(stock('a', 100n, 101n))).toBe(0n);
});

test('exactly enough is enough', () => {
  expect(refusalOf([{ partId: 'a', quantity: 5 }], [stock('a', 10n, 5n)])).toBeUndefined();
});

test('short are the used up and the too few; all of them are named', () => {
  const stocks = [stock('a', 10n), stock('b', 10n, 10n), stock('c', 10n, 5n)];
  const items = ['a', 'b', 'c'].map((partId) => ({ partId, quantity: 6 }));
  expect(refusalOf(items, stocks)).toMatchObject({
    kind: 'precondition',
    reason: 'out-of-stock',
    metadata: { part_ids: 'b,c' },
  });
});

test('unknown parts are named rather than short ones', () => {
  const items = ['a', 'b', 'c'].map((partId) => ({ partId, quantity: 6 }));
  expect(refusalOf(items, [stock('a', 0n)])).toMatchObject({
    kind: 'not-found',
    reason: 'part-not-found',
    metadata: { part_ids: 'b,c' },
  });
});

test('a refusal names so many parts that it still fits into trailers, and counts the others', () => {
  const items = Array.from({ length: 1_000 }, () => ({ partId: crypto.randomUUID(), quantity: 1 }));
  const refusal = refusalOf(items, []);
  expect(refusal).toMatchObject({ metadata: { part_ids_omitted: '900' } });
  expect(JSON.stringify([refusal, refusal?.message]).length).toBeLessThan(5_000);
});
