import type { OrderItem } from './order.ts';

export interface Stock {
  readonly sku: bigint;
  readonly totalCount: bigint;
  readonly reserved: bigint;
}

/** Pieces that can still be reserved; never negative, even if `reserved` exceeds `totalCount`. */
export const available = ({ totalCount, reserved }: Stock): bigint =>
  totalCount > reserved ? totalCount - reserved : 0n;

/** Returns the skus that are unknown or have too few pieces left, in the order of the items. */
export const findShortSkus = (
  items: readonly OrderItem[],
  stocks: readonly Stock[],
): readonly bigint[] => {
  const left = new Map(stocks.map((stock) => [stock.sku, available(stock)]));
  return items.filter(({ sku, count }) => (left.get(sku) ?? 0n) < BigInt(count)).map((i) => i.sku);
};
