import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { Transaction } from '#platform/database/transaction.ts';
import type { Order, OrderStatus, PaymentMethod } from '../domain/order.ts';
import type { OrdersWanted } from '../usecases/list-orders.ts';

interface OrderRow {
  order_id: string;
  user_id: string;
  status: OrderStatus;
  sequence: bigint;
  event_count: bigint;
  total_minor: bigint;
  payment_method: PaymentMethod | null;
  transaction_id: string | null;
  created_at: Date;
  updated_at: Date;
  part_ids: string[];
  quantities: number[];
}

const prepare = (name: string, which: string) =>
  prepareStatement<OrderRow>(
    name,
    `SELECT o.*, i.part_ids, i.quantities
       FROM "order".orders o
      CROSS JOIN LATERAL (
        SELECT array_agg(part_id ORDER BY part_id) AS part_ids,
               array_agg(quantity ORDER BY part_id) AS quantities
          FROM "order".order_items WHERE order_id = o.order_id) i
      WHERE ${which}`,
  );

const selectOrder = prepare('order_order', 'o.order_id = $1');

const selectOrdersOf = prepare(
  'order_orders_of',
  `o.user_id = $1 AND o.order_id < coalesce($2, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
   ORDER BY o.order_id DESC LIMIT $3`,
);

// always in the order of their ids, so that two transactions cannot deadlock
const lockOrdersById = prepare(
  'order_lock',
  'o.order_id = ANY ($1::uuid[]) ORDER BY o.order_id FOR UPDATE OF o',
);

/** Finds an order with its items, ascending by part. */
export const findOrder =
  (pool: Queryable) =>
  async (orderId: string): Promise<Order | undefined> => {
    const [row] = await selectOrder(pool, [orderId]);
    return row && toOrder(row);
  };

/** Finds the orders of a user, newest first. */
export const findOrdersOf =
  (pool: Queryable) =>
  async ({ userId, before, limit }: OrdersWanted): Promise<Order[]> =>
    (await selectOrdersOf(pool, [userId, before ?? null, limit])).map(toOrder);

/** Locks and returns those of the orders that exist, until the transaction ends. */
export const lockOrders =
  ({ client }: Transaction) =>
  async (orderIds: readonly string[]): Promise<Order[]> =>
    (await lockOrdersById(client, [orderIds])).map(toOrder);

/** The payment columns of an order's row, all null without a payment. */
export const paymentColumns = (order: Order) => {
  const payment = 'payment' in order ? order.payment : undefined;
  return {
    paymentMethod: payment?.method ?? null,
    transactionId: payment?.transactionId ?? null,
  };
};

const toOrder = (row: OrderRow): Order => {
  const { status } = row;
  const facts = {
    orderId: row.order_id,
    userId: row.user_id,
    items: row.part_ids.map((partId, i) => ({ partId, quantity: row.quantities[i] ?? 0 })),
    totalMinor: row.total_minor,
    sequence: row.sequence,
    eventCount: row.event_count,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
  if (status === 'PENDING_PAYMENT' || status === 'CANCELLED') return { ...facts, status };
  const { payment_method: method, transaction_id: transactionId } = row;
  if (method === null || transactionId === null)
    throw new Error(`Order ${row.order_id} is ${status} without a payment.`);
  return { ...facts, status, payment: { method, transactionId } };
};
