import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { OrderChange } from '../domain/change.ts';
import type { OrderStatus } from '../domain/order.ts';
import type { Page, PageOf } from '../domain/page.ts';

interface ChangeRow {
  order_id: bigint;
  user_id: bigint;
  status: OrderStatus;
  changed_at: Date;
  sequence: bigint;
}

const selectChanges = prepareStatement<ChangeRow>(
  'pvz_changes',
  `SELECT * FROM pvz.order_changes
    ORDER BY changed_at DESC, order_id DESC, sequence DESC LIMIT $1 OFFSET $2`,
);

const selectChangesOf = prepareStatement<ChangeRow>(
  'pvz_changes_of',
  'SELECT * FROM pvz.order_changes WHERE order_id = $1 ORDER BY sequence DESC',
);

/** Finds a page of the changes of all orders, the newest first. */
export const findChanges =
  (pool: Queryable) =>
  async ({ size, offset }: Page): Promise<PageOf<OrderChange>> => {
    // one more tells whether another page follows
    const rows = await selectChanges(pool, [size + 1, offset]);
    return { items: rows.slice(0, size).map(toChange), hasMore: rows.length > size };
  };

/** Finds the changes of one order, the newest first; none when it was never accepted. */
export const findChangesOf =
  (pool: Queryable) =>
  async (orderId: bigint): Promise<OrderChange[]> =>
    (await selectChangesOf(pool, [orderId])).map(toChange);

const toChange = (row: ChangeRow): OrderChange => ({
  orderId: row.order_id,
  userId: row.user_id,
  status: row.status,
  changedAt: row.changed_at,
  sequence: row.sequence,
});
