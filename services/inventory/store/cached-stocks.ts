import type { Cache } from '#platform/cache/cache.ts';
import type { Queryable } from '#platform/database/pool.ts';
import { findStock, type VersionedStock } from './stocks.ts';

/** Called after each commit with the stocks that it has changed, as they are now. */
export type NoteStocks = (stocks: readonly VersionedStock[]) => Promise<void>;

/** Stocks that are read through the cache, and what its writers report to it. */
export const cacheStocks = (pool: Queryable, cache: Cache) => {
  const { read, changed } = cache.cached({
    name: 'stocks',
    load: findStock(pool),
    versionOf: ({ version }) => version,
    encode,
    decode,
  });
  const noteStocks: NoteStocks = (stocks) =>
    changed(stocks.map((stock) => ({ key: stock.partId, version: stock.version, value: stock })));
  return { findStock: read, noteStocks };
};

const encode = ({ partId, stockQuantity, reserved, version }: VersionedStock): string =>
  [partId, stockQuantity, reserved, version].join(' ');

const decode = (text: string): VersionedStock => {
  const [partId, ...numbers] = text.split(' ');
  const [stockQuantity, reserved, version] = numbers.map(BigInt);
  if (partId === undefined || version === undefined) throw new Error(`This is no stock: ${text}`);
  return { partId, stockQuantity: stockQuantity ?? 0n, reserved: reserved ?? 0n, version };
};
