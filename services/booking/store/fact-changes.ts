import type { Queryable } from '#platform/database/pool.ts';
import type { KnownFact } from '../domain/order.ts';
import { hasEnded, statusOf, type OrderStatus } from '../domain/saga.ts';
import { findOrders } from './orders.ts';

/** A fact of an order with what was known of the order then, for watchers. */
export interface FactChange {
  readonly sequence: bigint;
  /** Whether anything is left to come by itself. */
  readonly status: 'under-way' | 'ended';
  readonly orderStatus: OrderStatus;
  /** The fact is the last one of them. */
  readonly facts: readonly KnownFact[];
}

export const sagaStatus = (facts: readonly KnownFact[]): FactChange['status'] =>
  hasEnded(facts) ? 'ended' : 'under-way';

/** Finds what was learned of each order after a sequence, ascending; orders of which nothing was are omitted. */
export const findChangesAfter =
  (pool: Queryable) =>
  async (afterByOrder: ReadonlyMap<string, bigint>): Promise<Map<string, FactChange[]>> => {
    const found = await findOrders(pool)([...afterByOrder.keys()]);
    const changes = found.map(({ order, facts }) => {
      const after = afterByOrder.get(order.orderId) ?? 0n;
      return [order.orderId, changesOf(facts).filter(({ sequence }) => sequence > after)] as const;
    });
    return new Map(changes.filter(([, each]) => each.length > 0));
  };

const changesOf = (facts: readonly KnownFact[]): FactChange[] =>
  facts.map(({ sequence }, i) => {
    const known = facts.slice(0, i + 1);
    return { sequence, status: sagaStatus(known), orderStatus: statusOf(known), facts: known };
  });
