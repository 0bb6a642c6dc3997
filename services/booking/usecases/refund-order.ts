import type { Clock } from '#platform/base/clock.ts';
import type { Call } from '#platform/serving/call.ts';
import {
  learn,
  mayRefund,
  orderNotFound,
  refundFact,
  type OrderWithFacts,
} from '../domain/order.ts';

export interface RefundOrderDeps {
  now: Clock;
  /** Returns a new UUID v7. */
  newId: () => string;
  lockOrder: (orderId: string) => Promise<OrderWithFacts | undefined>;
  /** Saves the request, its last fact, together with its event. */
  saveTakenBack: (after: OrderWithFacts, headers: Call['headers']) => Promise<void>;
}

/**
 * Requests, in a transaction, that an order whose ticket is issued is refunded, and returns the order as it is then;
 * undefined when that was requested before. Refuses every other order.
 */
export const refundOrder =
  (deps: RefundOrderDeps) =>
  async (orderId: string, reason: string, call: Call): Promise<OrderWithFacts | undefined> => {
    const found = await deps.lockOrder(orderId);
    if (found === undefined) throw orderNotFound(orderId);
    if (!mayRefund(found.order)) return undefined;
    const now = deps.now();
    const fact = refundFact(deps.newId(), now, { reason, outcome: 'REFUNDED' });
    const after = learn(found, { fact, isOwn: true, now });
    if (after === undefined) throw new Error(`Order ${orderId} was refunded twice.`);
    await deps.saveTakenBack(after, call.headers);
    return after;
  };
