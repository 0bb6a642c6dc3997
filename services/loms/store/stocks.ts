import type { Pool } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { Stock } from '../domain/stock.ts';

interface StockRow {
  total_count: bigint;
  reserved: bigint;
}

const selectStock = prepareStatement<StockRow>(
  'loms_stock',
  'SELECT total_count, reserved FROM loms.stocks WHERE sku = $1',
);

export const findStock =
  (pool: Pool) =>
  async (sku: bigint): Promise<Stock | undefined> => {
    const [row] = await selectStock(pool, [sku]);
    return row && { sku, totalCount: row.total_count, reserved: row.reserved };
  };
