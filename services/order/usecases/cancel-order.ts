import type { Call } from '#platform/serving/call.ts';
import type { Clock } from '#platform/base/clock.ts';
import { AppError } from '#platform/base/errors.ts';
import { cancel, type OrderUpdate } from '../domain/order.ts';
import { loadOrder, type LoadOrderDeps } from './load-order.ts';

export interface CancelOrderDeps extends LoadOrderDeps {
  now: Clock;
  /**
   * Saves the change and the timer that releases the order's parts and voids its payment; false, and nothing
   * changed, when the order has changed since it was read.
   */
  saveMoved: (update: OrderUpdate, call: Call) => Promise<boolean>;
}

// An order leaves PENDING_PAYMENT at most once, so the second try decides; the third is a reserve.
const maxTries = 3;

/** Cancels an order. Refuses unknown orders and those that are not PENDING_PAYMENT. */
export const cancelOrder =
  (deps: CancelOrderDeps) =>
  async (orderId: string, call: Call): Promise<void> => {
    for (let tries = 0; tries < maxTries; tries++) {
      const change = cancel(await loadOrder(deps, orderId), deps.now());
      call.signal.throwIfAborted();
      if (await deps.saveMoved({ changes: [change] }, call)) return;
    }
    throw new AppError('conflict', 'order-busy', 'The order keeps changing; try again.');
  };
