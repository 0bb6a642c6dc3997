import type { Pool } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { OrderEvent, OrderStatus } from '../domain/order.ts';
import type { StatusChange } from '../domain/status-change.ts';

/** Rows of `order_changes`, as `insertRowsSql` takes them. */
export const encodeChanges = (events: readonly OrderEvent[]): string =>
  JSON.stringify(
    events.map(({ moment, change: { order, previousStatus, reason } }) => ({
      order_id: order.orderId.toString(),
      sequence: order.sequence.toString(),
      status: order.status,
      previous_status: previousStatus,
      reason,
      moment,
    })),
  );

interface Row {
  order_id: bigint;
  sequence: bigint;
  status: OrderStatus;
  previous_status: OrderStatus | null;
  reason: string | null;
  moment: Date;
}

const selectChanges = prepareStatement<Row>(
  'loms_changes_after',
  `SELECT c.order_id, c.sequence, c.status, c.previous_status, c.reason, c.moment
     FROM unnest($1::bigint[], $2::bigint[]) AS w(order_id, after)
    CROSS JOIN LATERAL (
      SELECT * FROM loms.order_changes WHERE order_id = w.order_id AND sequence > w.after) c
    ORDER BY c.order_id, c.sequence`,
);

/** Finds the changes of each order after a sequence, ascending; orders without changes are omitted. */
export const findChangesAfter =
  (pool: Pool) =>
  async (afterByOrder: ReadonlyMap<bigint, bigint>): Promise<Map<bigint, StatusChange[]>> => {
    const rows = await selectChanges(pool, [[...afterByOrder.keys()], [...afterByOrder.values()]]);
    return Map.groupBy(rows.map(toChange), ({ orderId }) => orderId);
  };

const toChange = (row: Row): StatusChange => ({
  orderId: row.order_id,
  sequence: row.sequence,
  status: row.status,
  moment: row.moment,
  ...(row.previous_status === null ? {} : { previousStatus: row.previous_status }),
  ...(row.reason === null ? {} : { reason: row.reason }),
});
