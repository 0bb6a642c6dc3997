import { mergeItems } from './items.ts';
import { totalOf } from './total.ts';

test('items of one part are added up, and sorted by part', () => {
  const items = [
    { partId: 'b', quantity: 2 },
    { partId: 'a', quantity: 1 },
    { partId: 'b', quantity: 3 },
  ];
  expect(mergeItems(items)).toEqual([
    { partId: 'a', quantity: 1 },
    { partId: 'b', quantity: 5 },
  ]);
});

test('a million pieces of a part are the most', () => {
  const of = (count: number) =>
    mergeItems(Array.from({ length: count }, () => ({ partId: 'a', quantity: 10_000 })));
  expect(of(100)).toEqual([{ partId: 'a', quantity: 1_000_000 }]);
  expect(() => of(101)).toThrow(
    expect.objectContaining({ kind: 'invalid', reason: 'quantity-too-large', field: 'items' }),
  );
});

describe('the total', () => {
  const items = [
    { partId: 'a', quantity: 3 },
    { partId: 'b', quantity: 1_000_000 },
  ];

  test('is the sum of price times quantity, exact beyond 2^53 on the way', () => {
    const prices = new Map([
      ['a', 333n],
      ['b', 9_007_199_253n],
    ]);
    expect(totalOf(items, prices)).toBe(9_007_199_253_000_999n);
  });

  test('of more than a JSON number can hold, or of nothing, is refused', () => {
    const refusal = expect.objectContaining({ kind: 'invalid', reason: 'total-out-of-range' });
    const of = (a: bigint, b: bigint) => () =>
      totalOf(
        items,
        new Map([
          ['a', a],
          ['b', b],
        ]),
      );
    expect(of(0n, 9_007_199_255n)).toThrow(refusal);
    expect(of(0n, 0n)).toThrow(refusal);
    expect(of(0n, 9_007_199_254n)()).toBe(9_007_199_254_000_000n);
  });

  test('of parts without a price is refused, naming them', () => {
    expect(() => totalOf(items, new Map([['a', 1n]]))).toThrow(
      expect.objectContaining({
        kind: 'not-found',
        reason: 'part-not-found',
        metadata: { part_ids: 'b' },
      }),
    );
  });

  test('a refusal names so many parts that it still fits into trailers, and counts the others', () => {
    const many = Array.from({ length: 1_000 }, () => ({
      partId: crypto.randomUUID(),
      quantity: 1,
    }));
    const refuse = () => totalOf(many, new Map());
    expect(refuse).toThrow(
      expect.objectContaining({ metadata: expect.objectContaining({ part_ids_omitted: '950' }) }),
    );
    try {
      refuse();
    } catch (error) {
      expect(JSON.stringify(error).length).toBeLessThan(4_000);
    }
  });
});
