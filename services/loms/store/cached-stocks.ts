import type { Cache } from '#platform/cache/cache.ts';
import type { Pool } from '#platform/database/pool.ts';
import { findStock, type VersionedStock } from './stocks.ts';

/** Called after each commit with the stocks that it has changed, as they are now. */
export type NoteStocks = (stocks: readonly VersionedStock[]) => Promise<void>;

/** Stocks that are read through the cache, and what its writers tell it. */
export const cacheStocks = (pool: Pool, cache: Cache) => {
  const { read, changed } = cache.cached({
    name: 'stocks',
    load: findStock(pool),
    versionOf: ({ version }) => version,
    encode: ({ sku, totalCount, reserved, version }) =>
      [sku, totalCount, reserved, version].join(' '),
    decode: readStock,
  });
  const noteStocks: NoteStocks = (stocks) =>
    changed(stocks.map((stock) => ({ key: stock.sku, version: stock.version, value: stock })));
  return { findStock: read, noteStocks };
};

/** The stocks that the common table expression `rows` has returned, as one text. */
export const changedStocksSql = (rows: string): string =>
  `(SELECT string_agg(concat_ws(' ', sku, total_count, reserved, version), ',') FROM ${rows})`;

/** Reads this text; it is null when nothing was changed. */
export const readChangedStocks = (text: string | null): VersionedStock[] =>
  text === null ? [] : text.split(',').map(readStock);

const readStock = (text: string): VersionedStock => {
  const [sku, totalCount, reserved, version] = text.split(' ').map(BigInt);
  const numbers = [sku, totalCount, reserved, version];
  if (numbers.includes(undefined)) throw new Error(`This is no stock: ${text}`);
  return { sku, totalCount, reserved, version } as VersionedStock;
};
