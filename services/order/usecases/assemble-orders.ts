import type { Clock } from '#platform/base/clock.ts';
import { assemble, type Order, type OrderChange } from '../domain/order.ts';

export interface AssembleOrdersDeps {
  now: Clock;
  /** Those of the orders that are known; nobody else changes them before the changes are saved. */
  lockOrders: (orderIds: readonly string[]) => Promise<Order[]>;
  saveAssembled: (changes: readonly OrderChange[]) => Promise<void>;
}

/** The ships of these orders are built. Orders that are unknown, or known to be ASSEMBLED, are left alone. */
export const assembleOrders =
  (deps: AssembleOrdersDeps) =>
  async (orderIds: readonly string[]): Promise<void> => {
    const orders = await deps.lockOrders(orderIds);
    const now = deps.now();
    const changes = orders.flatMap((order) => assemble(order, now) ?? []);
    if (changes.length > 0) await deps.saveAssembled(changes);
  };
