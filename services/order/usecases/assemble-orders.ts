import type { Clock } from '#platform/base/clock.ts';
import { assemble, type Order, type OrderChange } from '../domain/order.ts';

export interface AssembleOrdersDeps {
  now: Clock;
  /** Locks and returns the orders that exist; nobody else changes them before the changes are saved. */
  lockOrders: (orderIds: readonly string[]) => Promise<Order[]>;
  saveAssembled: (changes: readonly OrderChange[]) => Promise<void>;
}

/** Marks these orders ASSEMBLED. Unknown orders and those that are ASSEMBLED already are left alone. */
export const assembleOrders =
  (deps: AssembleOrdersDeps) =>
  async (orderIds: readonly string[]): Promise<void> => {
    const orders = await deps.lockOrders(orderIds);
    const now = deps.now();
    const changes = orders.flatMap((order) => assemble(order, now) ?? []);
    if (changes.length > 0) await deps.saveAssembled(changes);
  };
