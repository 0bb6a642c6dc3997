import { and, desc, eq, isNotNull, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import type { Pool, Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { Transaction } from '#platform/database/transaction.ts';
import type { KnownFact, Order, OrderWithFacts } from '../domain/order.ts';
import type { EventType, OrderStatus, Outcome } from '../domain/saga.ts';
import { orders } from './schema.ts';

interface OrderRow {
  order_id: string;
  user_id: string;
  status: OrderStatus;
  amount_minor: bigint;
  origin: string;
  destination: string;
  flight_date: string;
  flight_time: string;
  airline: string;
  quote_id: string | null;
  reason: string | null;
  sequence: bigint;
  event_count: bigint;
  stuck_since: Date | null;
  created_at: Date;
  updated_at: Date;
}

interface FactRow {
  order_id: string;
  sequence: bigint;
  event_id: string;
  type: EventType;
  reason: string | null;
  outcome: Outcome | null;
  occurred_at: Date;
}

const selectOrders = prepareStatement<OrderRow>(
  'booking_orders',
  'SELECT * FROM booking.orders WHERE order_id = ANY ($1::uuid[]) ORDER BY order_id DESC',
);

// always in the order of their ids, so that two transactions cannot deadlock
const lockOrdersById = prepareStatement<OrderRow>(
  'booking_lock_orders',
  'SELECT * FROM booking.orders WHERE order_id = ANY ($1::uuid[]) ORDER BY order_id FOR UPDATE',
);

const selectFacts = prepareStatement<FactRow>(
  'booking_facts',
  `SELECT order_id, sequence, event_id, type, reason, outcome, occurred_at
     FROM booking.facts WHERE order_id = ANY ($1::uuid[]) ORDER BY order_id, sequence`,
);

/** Finds those of the orders that exist, with what is known of them, the newest first. */
export const findOrders =
  (pool: Queryable) =>
  async (orderIds: readonly string[]): Promise<OrderWithFacts[]> =>
    withFacts(pool, await selectOrders(pool, [orderIds]));

/** Finds an order with what is known of it. */
export const findOrder =
  (pool: Queryable) =>
  async (orderId: string): Promise<OrderWithFacts | undefined> => {
    const [found] = await findOrders(pool)([orderId]);
    return found;
  };

/**
 * Locks and returns those of the orders that exist, until the transaction ends. Their facts are read by a statement of
 * its own: one that has waited for a lock would not see what was committed meanwhile.
 */
export const lockOrders =
  ({ client }: Transaction) =>
  async (orderIds: readonly string[]): Promise<OrderWithFacts[]> =>
    withFacts(client, await lockOrdersById(client, [orderIds]));

export interface OrdersWanted {
  userId?: string | undefined;
  status?: OrderStatus | undefined;
  /** Only those that have not ended in time. */
  isStuck: boolean;
  /** Only those that are older than this one. */
  before?: string | undefined;
  limit: number;
}

/** Finds orders, the newest first. */
export const listOrders =
  (pool: Pool) =>
  async ({ userId, status, isStuck, before, limit }: OrdersWanted): Promise<OrderWithFacts[]> => {
    const found = await drizzle(pool)
      .select({ orderId: orders.orderId })
      .from(orders)
      .where(
        and(
          userId === undefined ? undefined : eq(orders.userId, userId),
          status === undefined ? undefined : eq(orders.status, status),
          isStuck ? isNotNull(orders.stuckSince) : undefined,
          before === undefined ? undefined : lt(orders.orderId, before),
        ),
      )
      .orderBy(desc(orders.orderId))
      .limit(limit);
    return findOrders(pool)(found.map(({ orderId }) => orderId));
  };

const withFacts = async (on: Queryable, rows: readonly OrderRow[]): Promise<OrderWithFacts[]> => {
  if (rows.length === 0) return [];
  const facts = await selectFacts(on, [rows.map(({ order_id }) => order_id)]);
  const byOrder = Map.groupBy(facts, ({ order_id }) => order_id);
  return rows.map((row) => ({
    order: toOrder(row),
    // without those that were saved after the row was read: its status does not follow from them
    facts: (byOrder.get(row.order_id) ?? [])
      .map(toFact)
      .filter(({ sequence }) => sequence <= row.sequence),
  }));
};

const toOrder = (row: OrderRow): Order => ({
  orderId: row.order_id,
  userId: row.user_id,
  flight: {
    from: row.origin,
    to: row.destination,
    date: row.flight_date,
    time: row.flight_time,
    airline: row.airline,
  },
  amountMinor: row.amount_minor,
  quoteId: row.quote_id ?? undefined,
  status: row.status,
  reason: row.reason ?? undefined,
  sequence: row.sequence,
  eventCount: row.event_count,
  stuckSince: row.stuck_since ?? undefined,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const toFact = (row: FactRow): KnownFact => ({
  eventId: row.event_id,
  type: row.type,
  sequence: row.sequence,
  occurredAt: row.occurred_at,
  reason: row.reason ?? undefined,
  outcome: row.outcome ?? undefined,
});
