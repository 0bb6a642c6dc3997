import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { Order, OrderStatus } from '../domain/order.ts';

interface OrderRow {
  user_id: bigint;
  status: OrderStatus;
  sequence: bigint;
  skus: bigint[];
  counts: bigint[];
}

const selectOrder = prepareStatement<OrderRow>(
  'loms_order',
  `SELECT o.user_id, o.status, o.sequence, i.skus, i.counts
     FROM loms.orders o
    CROSS JOIN LATERAL (
      SELECT array_agg(sku ORDER BY sku) AS skus, array_agg(count ORDER BY sku) AS counts
        FROM loms.order_items WHERE order_id = o.order_id) i
    WHERE o.order_id = $1`,
);

/** Finds an order with its items, ascending by sku. */
export const findOrder =
  (pool: Queryable) =>
  async (orderId: bigint): Promise<Order | undefined> => {
    const [row] = await selectOrder(pool, [orderId]);
    if (!row) return undefined;
    const items = row.skus.map((sku, i) => ({ sku, count: Number(row.counts[i]) }));
    return { orderId, userId: row.user_id, status: row.status, sequence: row.sequence, items };
  };
