import { available, partsNotFound, type Stock } from '../domain/stock.ts';

export interface ShowStockDeps {
  findStock: (partId: string) => Promise<Stock | undefined>;
}

/** Returns how many pieces of a part can still be reserved. Refuses an unknown part. */
export const showStock =
  ({ findStock }: ShowStockDeps) =>
  async (partId: string): Promise<bigint> => {
    const stock = await findStock(partId);
    if (stock) return available(stock);
    throw partsNotFound([partId]);
  };
