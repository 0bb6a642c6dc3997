import { uncached, type Cache } from '#platform/cache/cache.ts';
import type { Queryable } from '#platform/database/pool.ts';
import type { KnownFact, Order, OrderWithFacts } from '../domain/order.ts';
import { findOrder, findOrders } from './orders.ts';

/** Orders that are read through the cache, and what its writers report to it. */
export interface CachedOrders {
  findOrder: (orderId: string) => Promise<OrderWithFacts | undefined>;
  /** Called after each commit with the ids of the orders that it may have changed. Never rejects. */
  noteOrders: (orderIds: readonly string[]) => Promise<void>;
}

/**
 * Caches orders. What is reported to the cache has been committed and is read again: what a transaction meant to write may have
 * been rolled back.
 */
export const cacheOrders = (pool: Queryable, cache: Cache): CachedOrders => {
  const { read, changed } = cache.cached({
    name: 'orders',
    load: findOrder(pool),
    versionOf,
    encode,
    decode,
  });
  const find = findOrders(pool);
  const noteOrders: CachedOrders['noteOrders'] = async (orderIds) => {
    if (cache === uncached || orderIds.length === 0) return;
    // a database that is away has no answers that could be old, and entries expire
    const found = await find(orderIds).catch(() => []);
    await changed(
      found.map((value) => ({ key: value.order.orderId, version: versionOf(value), value })),
    );
  };
  return { findOrder: read, noteOrders };
};

/** Of the changes of an order only that it counts as stuck is no fact, and that comes once between two facts. */
const versionOf = ({ order }: OrderWithFacts): bigint =>
  order.sequence * 2n + (order.stuckSince === undefined ? 0n : 1n);

type Json<Value> = {
  [Name in keyof Value]: Value[Name] extends bigint | Date ? string : Value[Name];
};

const encode = (value: OrderWithFacts): string =>
  JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? each.toString() : each));

const decode = (text: string): OrderWithFacts => {
  const { order, facts } = JSON.parse(text) as {
    order: Json<Omit<Order, 'stuckSince'>> & { stuckSince?: string };
    facts: Json<KnownFact>[];
  };
  return {
    order: {
      ...order,
      amountMinor: BigInt(order.amountMinor),
      sequence: BigInt(order.sequence),
      eventCount: BigInt(order.eventCount),
      stuckSince: order.stuckSince === undefined ? undefined : new Date(order.stuckSince),
      createdAt: new Date(order.createdAt),
      updatedAt: new Date(order.updatedAt),
    },
    facts: facts.map((fact) => ({
      ...fact,
      sequence: BigInt(fact.sequence),
      occurredAt: new Date(fact.occurredAt),
    })),
  };
};
