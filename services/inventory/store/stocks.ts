import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { Stock } from '../domain/stock.ts';

export interface StockRow {
  part_id: string;
  stock_quantity: bigint;
  reserved: bigint;
  version: bigint;
}

/** A stock with the number of its last change. */
export interface VersionedStock extends Stock {
  readonly version: bigint;
}

const selectStock = prepareStatement<StockRow>(
  'inventory_stock',
  'SELECT part_id, stock_quantity, reserved, version FROM inventory.parts WHERE part_id = $1',
);

export const findStock =
  (pool: Queryable) =>
  async (partId: string): Promise<VersionedStock | undefined> => {
    const [row] = await selectStock(pool, [partId]);
    return row && toStock(row);
  };

export const toStock = ({ part_id, stock_quantity, reserved, version }: StockRow) => ({
  partId: part_id,
  stockQuantity: stock_quantity,
  reserved,
  version,
});
