import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { batched } from '#platform/base/batched.ts';
import type { SettleReservationDeps, Settlement } from '../usecases/settle-reservation.ts';

/*
 * `count(*)` reads all of `locked`, so all parts are locked before the reservations are; EXISTS would stop at
 * the first one. `moved` looks at the reservations as they are by then.
 */
const updateSettled = prepareStatement<{ order_id: string }>(
  'inventory_save_settled',
  `WITH locked AS MATERIALIZED (
    SELECT part_id FROM inventory.parts
     WHERE part_id IN (SELECT part_id FROM inventory.reservation_items WHERE order_id = ANY ($1::uuid[]))
     ORDER BY part_id FOR UPDATE
  ), moved AS (
    UPDATE inventory.reservations SET status = $2::inventory.reservation_status, updated_at = $3
     WHERE order_id = ANY ($1::uuid[]) AND status = 'RESERVED' AND (SELECT count(*) FROM locked) > 0
    RETURNING order_id
  ), pieces AS (
    SELECT part_id, sum(quantity) AS quantity
      FROM inventory.reservation_items JOIN moved USING (order_id) GROUP BY part_id
  ), settled AS (
    UPDATE inventory.parts p
       SET reserved = p.reserved - l.quantity,
           stock_quantity = p.stock_quantity - CASE WHEN $4::boolean THEN l.quantity ELSE 0 END,
           updated_at = $3
      FROM pieces l WHERE l.part_id = p.part_id
  )
  SELECT order_id FROM moved`,
);

/** A reservation without items: whoever comes later to reserve finds the place taken. */
const insertTombstone = prepareStatement(
  'inventory_save_tombstone',
  `INSERT INTO inventory.reservations (order_id, status, created_at, updated_at)
   VALUES ($1, 'RELEASED', $2, $2) ON CONFLICT DO NOTHING RETURNING order_id`,
);

// a bound for what one statement locks: an order may have a thousand parts
const maxBatchSize = 32;

/**
 * Ends a reservation, or keeps one from being made; false, and nothing written, when it has moved on. Those that
 * are ended at once in the same way share a statement: under many orders of the same parts they would wait
 * for each other.
 */
export const saveSettled = (pool: Queryable): SettleReservationDeps['saveSettled'] => {
  const endAs = (to: Settlement['to']) =>
    batched(async (settlements: readonly Settlement[]) => {
      const orderIds = settlements.map(({ orderId }) => orderId);
      const moment = settlements.at(-1)?.moment;
      const rows = await updateSettled(pool, [orderIds, to, moment, to === 'COMMITTED']);
      const moved = new Set(rows.map(({ order_id }) => order_id));
      // of twins one has moved it, and the other finds that out when it looks again
      return settlements.map(({ orderId }) => moved.delete(orderId));
    }, maxBatchSize);
  const [commit, release] = [endAs('COMMITTED'), endAs('RELEASED')];
  return async (settlement) => {
    const { orderId, from, to, moment } = settlement;
    if (from !== undefined) return to === 'COMMITTED' ? commit(settlement) : release(settlement);
    return (await insertTombstone(pool, [orderId, moment])).length === 1;
  };
};
