import type { Call } from '#platform/serving/call.ts';

export interface CommitStockDeps {
  /** Takes an order's parts out of the stock for good; again: nothing changes. */
  commit: (orderId: string, call: Call) => Promise<void>;
}

/** The parts of paid orders leave the stock. */
export const commitStock =
  ({ commit }: CommitStockDeps) =>
  async (orders: readonly { orderId: string; call: Call }[]): Promise<void> => {
    await Promise.all(orders.map(({ orderId, call }) => commit(orderId, call)));
  };
