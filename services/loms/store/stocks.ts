import type { Pool } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { batched } from '#platform/base/batched.ts';
import type { Stock } from '../domain/stock.ts';

/** A stock with the number of its last change. */
export interface VersionedStock extends Stock {
  readonly version: bigint;
}

interface StockRow {
  sku: bigint;
  total_count: bigint;
  reserved: bigint;
  version: bigint;
}

const selectStocks = prepareStatement<StockRow>(
  'loms_stocks',
  'SELECT sku, total_count, reserved, version FROM loms.stocks WHERE sku = ANY ($1::bigint[])',
);

// larger batches gain nothing and keep other calls waiting for a connection
const maxBatchSize = 256;

/** Finds the stock of a sku. Concurrent calls share one query. */
export const findStock = (pool: Pool): ((sku: bigint) => Promise<VersionedStock | undefined>) =>
  batched(async (skus) => {
    const rows = await selectStocks(pool, [[...new Set(skus)]]);
    const stocks = new Map(rows.map((row) => [row.sku, toStock(row)]));
    return skus.map((sku) => stocks.get(sku));
  }, maxBatchSize);

const toStock = ({ sku, total_count, reserved, version }: StockRow): VersionedStock => ({
  sku,
  totalCount: total_count,
  reserved,
  version,
});
