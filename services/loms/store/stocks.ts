import type { Pool } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { batched } from '#platform/base/batched.ts';
import type { Stock } from '../domain/stock.ts';

interface StockRow {
  sku: bigint;
  total_count: bigint;
  reserved: bigint;
}

const selectStocks = prepareStatement<StockRow>(
  'loms_stocks',
  'SELECT sku, total_count, reserved FROM loms.stocks WHERE sku = ANY ($1::bigint[])',
);

// more at a time gain nothing and keep others from their connection
const maxBatchSize = 256;

/** The stock of a sku. What is asked for at once is read by one statement. */
export const findStock = (pool: Pool): ((sku: bigint) => Promise<Stock | undefined>) =>
  batched(async (skus) => {
    const rows = await selectStocks(pool, [[...new Set(skus)]]);
    const stocks = new Map(rows.map((row) => [row.sku, toStock(row)]));
    return skus.map((sku) => stocks.get(sku));
  }, maxBatchSize);

const toStock = ({ sku, total_count, reserved }: StockRow): Stock => ({
  sku,
  totalCount: total_count,
  reserved,
});
