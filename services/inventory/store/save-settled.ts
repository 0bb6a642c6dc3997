import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { SettleReservationDeps } from '../usecases/settle-reservation.ts';

/*
 * `count(*)` reads all of `locked`, so all parts are locked before the reservation is; EXISTS would stop at
 * the first one. `moved` looks at the reservation as it is by then.
 */
const updateSettled = prepareStatement(
  'inventory_save_settled',
  `WITH locked AS MATERIALIZED (
    SELECT p.part_id, i.quantity
      FROM inventory.parts p JOIN inventory.reservation_items i USING (part_id)
     WHERE i.order_id = $1 ORDER BY p.part_id FOR UPDATE OF p
  ), moved AS (
    UPDATE inventory.reservations SET status = $2::inventory.reservation_status, updated_at = $3
     WHERE order_id = $1 AND status = 'RESERVED' AND (SELECT count(*) FROM locked) > 0
    RETURNING order_id
  ), settled AS (
    UPDATE inventory.parts p
       SET reserved = p.reserved - l.quantity,
           stock_quantity = p.stock_quantity - CASE WHEN $4::boolean THEN l.quantity ELSE 0 END,
           updated_at = $3
      FROM locked l WHERE l.part_id = p.part_id AND EXISTS (SELECT FROM moved)
  )
  SELECT FROM moved`,
);

/** A reservation without items: whoever comes later to reserve finds the place taken. */
const insertTombstone = prepareStatement(
  'inventory_save_tombstone',
  `INSERT INTO inventory.reservations (order_id, status, created_at, updated_at)
   VALUES ($1, 'RELEASED', $2, $2) ON CONFLICT DO NOTHING RETURNING order_id`,
);

/** Ends a reservation, or keeps one from being made; false, and nothing written, when it has moved on. */
export const saveSettled =
  (pool: Queryable): SettleReservationDeps['saveSettled'] =>
  async ({ orderId, from, to, moment }) => {
    const rows =
      from === undefined
        ? await insertTombstone(pool, [orderId, moment])
        : await updateSettled(pool, [orderId, to, moment, to === 'COMMITTED']);
    return rows.length === 1;
  };
