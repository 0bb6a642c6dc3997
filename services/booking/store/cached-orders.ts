import { uncached, type Cache } from '#platform/cache/cache.ts';
import type { Queryable } from '#platform/database/pool.ts';
import type { KnownFact, Order, OrderWithFacts } from '../domain/order.ts';
import { findOrder, findOrders } from './orders.ts';

/** Orders that are read through the cache, and what its writers report to it after each commit, which never rejects. */
export interface CachedOrders {
  findOrder: (orderId: string) => Promise<OrderWithFacts | undefined>;
  /** Called with orders as the commit has left them. */
  noteChanged: (changed: readonly OrderWithFacts[]) => Promise<void>;
  /** Called with the ids of orders that the commit may have changed: they are read again. */
  noteOrders: (orderIds: readonly string[]) => Promise<void>;
}

/** Caches orders. */
export const cacheOrders = (pool: Queryable, cache: Cache): CachedOrders => {
  const { read, changed } = cache.cached({
    name: 'orders',
    load: findOrder(pool),
    versionOf,
    encode,
    decode,
  });
  const find = findOrders(pool);
  const noteChanged: CachedOrders['noteChanged'] = (orders) =>
    changed(
      orders.map((value) => ({ key: value.order.orderId, version: versionOf(value), value })),
    );
  const noteOrders: CachedOrders['noteOrders'] = async (orderIds) => {
    if (cache === uncached || orderIds.length === 0) return;
    // a database that is away has no answers that could be old, and entries expire
    await noteChanged(await find(orderIds).catch(() => []));
  };
  return { findOrder: read, noteChanged, noteOrders };
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
