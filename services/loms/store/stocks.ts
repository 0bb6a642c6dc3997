import type { Pool } from '#platform/database/pool.ts';
import { readTogether } from '#platform/database/read-together.ts';
import { prepareStatement } from '#platform/database/statement.ts';
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

/** The stock of a sku. Those asked for at once are read by one statement. */
export const findStock = (pool: Pool): ((sku: bigint) => Promise<Stock | undefined>) =>
  readTogether(async (skus) => {
    const rows = await selectStocks(pool, [skus]);
    return new Map(
      rows.map(({ sku, total_count, reserved }) => [
        sku,
        { sku, totalCount: total_count, reserved },
      ]),
    );
  });
