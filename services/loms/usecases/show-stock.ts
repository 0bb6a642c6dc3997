import { AppError } from '#platform/base/errors.ts';
import { available, type Stock } from '../domain/stock.ts';

export interface ShowStockDeps {
  findStock: (sku: bigint) => Promise<Stock | undefined>;
}

/** Returns how many pieces of a sku can still be reserved. Refuses an unknown sku. */
export const showStock =
  ({ findStock }: ShowStockDeps) =>
  async (sku: bigint): Promise<bigint> => {
    const stock = await findStock(sku);
    if (stock) return available(stock);
    throw new AppError('not-found', 'sku-not-found', `There is no sku ${sku.toString()}.`, {
      metadata: { sku: sku.toString() },
    });
  };
