import { isAnyOf } from '#platform/database/columns.ts';
import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { Transaction } from '#platform/database/transaction.ts';
import type { Order, OrderStatus } from '../domain/order.ts';
import type { Packaging } from '../domain/packaging.ts';
import type { Page, PageOf } from '../domain/page.ts';
import { orders } from './schema.ts';

interface OrderRow {
  order_id: bigint;
  user_id: bigint;
  status: OrderStatus;
  expires_at: Date;
  packaging: Packaging;
  weight: number;
  price_minor: bigint;
  accepted_at: Date;
  changed_at: Date;
  sequence: bigint;
}

const which = `user_id = $1 AND status <> 'returned_to_courier'
       AND (NOT $2::boolean OR status IN ('accepted', 'returned_by_client'))`;

const selectOrdersOf = prepareStatement<OrderRow>(
  'pvz_orders_of',
  `SELECT * FROM (
     SELECT * FROM pvz.orders WHERE ${which}
      ORDER BY accepted_at DESC, order_id DESC LIMIT $3) newest
    ORDER BY accepted_at DESC, order_id DESC LIMIT $4 OFFSET $5`,
);

const countOrdersOf = prepareStatement<{ count: bigint }>(
  'pvz_count_orders_of',
  `SELECT count(*) FROM (SELECT FROM pvz.orders WHERE ${which} LIMIT $3) newest`,
);

const selectReturned = prepareStatement<OrderRow>(
  'pvz_returned',
  `SELECT * FROM pvz.orders WHERE status = 'returned_by_client'
    ORDER BY changed_at DESC, order_id DESC LIMIT $1 OFFSET $2`,
);

export interface OrdersWanted extends Page {
  userId: bigint;
  /** Only those that are in the point. */
  inPoint: boolean;
  /** Only so many of the newest. */
  newest: number | undefined;
}

/** Finds a page of a user's orders that are not deleted, the newest first, and how many all pages have. */
export const findOrdersOf =
  (pool: Queryable) =>
  async (wanted: OrdersWanted): Promise<{ orders: Order[]; total: bigint }> => {
    const { userId, inPoint, newest = null, size, offset } = wanted;
    const [[counted], rows] = await Promise.all([
      countOrdersOf(pool, [userId, inPoint, newest]),
      selectOrdersOf(pool, [userId, inPoint, newest, size, offset]),
    ]);
    return { orders: rows.map(toOrder), total: counted?.count ?? 0n };
  };

/** Finds a page of the orders that clients have brought back, the newest return first. */
export const findReturned =
  (pool: Queryable) =>
  async ({ size, offset }: Page): Promise<PageOf<Order>> => {
    // one more tells whether another page follows
    const rows = await selectReturned(pool, [size + 1, offset]);
    return { items: rows.slice(0, size).map(toOrder), hasMore: rows.length > size };
  };

/** Locks and returns those of the orders that exist, until the transaction ends. */
export const lockOrders = async (
  tx: Transaction,
  orderIds: readonly bigint[],
): Promise<Map<bigint, Order>> => {
  // always in the order of their ids, so that two transactions cannot deadlock
  const rows = await tx
    .select()
    .from(orders)
    .where(isAnyOf(orders.orderId, orderIds))
    .orderBy(orders.orderId)
    .for('update');
  return new Map(rows.map((order) => [order.orderId, order]));
};

const toOrder = (row: OrderRow): Order => ({
  orderId: row.order_id,
  userId: row.user_id,
  status: row.status,
  expiresAt: row.expires_at,
  packaging: row.packaging,
  weight: row.weight,
  priceMinor: row.price_minor,
  acceptedAt: row.accepted_at,
  changedAt: row.changed_at,
  sequence: row.sequence,
});
