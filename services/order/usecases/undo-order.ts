import type { Call } from '#platform/serving/call.ts';

export interface UndoOrderDeps {
  /** Gives back what was charged for an order, and has whatever is charged later refused. */
  voidPayment: (orderId: string, call: Call) => Promise<void>;
  /** Gives back an order's parts, and has whatever is reserved later refused. */
  release: (orderId: string, call: Call) => Promise<void>;
}

/**
 * Gives back what an order holds that was cancelled or never came to be. Both at once, because it is done
 * in a transaction, which must be short.
 */
export const undoOrder =
  ({ voidPayment, release }: UndoOrderDeps) =>
  async (orderId: string, call: Call): Promise<void> => {
    await Promise.all([voidPayment(orderId, call), release(orderId, call)]);
  };
