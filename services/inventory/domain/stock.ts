import { AppError } from '#platform/base/errors.ts';
import type { StockItem } from './items.ts';

export interface Stock {
  readonly partId: string;
  /** All pieces in stock, including reserved ones. */
  readonly stockQuantity: bigint;
  readonly reserved: bigint;
}

/** Returns the number of pieces that can still be reserved. */
export const available = ({ stockQuantity, reserved }: Stock): bigint =>
  stockQuantity > reserved ? stockQuantity - reserved : 0n;

/**
 * Returns why these items cannot be reserved from these stocks; undefined when they can. Unknown parts are
 * reported first.
 */
export const refusalOf = (
  items: readonly StockItem[],
  stocks: readonly Stock[],
): AppError | undefined => {
  const left = new Map(stocks.map((stock) => [stock.partId, available(stock)]));
  const unknown = items.filter(({ partId }) => !left.has(partId));
  if (unknown.length > 0) return partsNotFound(unknown.map(({ partId }) => partId));
  const short = items.filter(({ partId, quantity }) => (left.get(partId) ?? 0n) < BigInt(quantity));
  if (short.length > 0) return outOfStock(short.map(({ partId }) => partId));
  return undefined;
};

export const partsNotFound = (partIds: readonly string[]): AppError =>
  new AppError('not-found', 'part-not-found', `There is no part ${listed(partIds)}.`, {
    metadata: named(partIds),
  });

const outOfStock = (partIds: readonly string[]): AppError =>
  new AppError('precondition', 'out-of-stock', `Not enough pieces of part ${listed(partIds)}.`, {
    metadata: named(partIds),
  });

// A refusal travels in HTTP trailers, and many clients accept no more than 8 KiB of them.
const maxPartsNamed = 100;

const named = (partIds: readonly string[]): Record<string, string> => {
  const omitted = partIds.length - maxPartsNamed;
  return {
    part_ids: partIds.slice(0, maxPartsNamed).join(','),
    ...(omitted > 0 ? { part_ids_omitted: String(omitted) } : {}),
  };
};

const maxPartsListed = 10;

const listed = (partIds: readonly string[]): string =>
  partIds.slice(0, maxPartsListed).join(', ') + (partIds.length > maxPartsListed ? ' …' : '');
