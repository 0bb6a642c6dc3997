import { mergeItems } from './items.ts';

test('adds up the same sku and sorts by sku', () => {
  const items = [
    { sku: 30n, count: 1 },
    { sku: 4n, count: 2 },
    { sku: 30n, count: 5 },
  ];
  expect(mergeItems(items)).toEqual([
    { sku: 4n, count: 2 },
    { sku: 30n, count: 6 },
  ]);
});

test('a sum of exactly uint32 is fine, one more is refused', () => {
  const most = { sku: 1n, count: 0xffff_fffe };
  expect(mergeItems([most, { sku: 1n, count: 1 }])).toEqual([{ sku: 1n, count: 0xffff_ffff }]);
  expect(() => mergeItems([most, { sku: 1n, count: 2 }])).toThrow(
    expect.objectContaining({ kind: 'invalid', reason: 'count-too-large', field: 'items' }),
  );
});
