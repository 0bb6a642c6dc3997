import { prepareStatement } from '#platform/database/statement.ts';
import { batched } from '#platform/base/batched.ts';
import type { EndReservationDeps, ReservationEnd } from '../usecases/end-reservation.ts';
import type { SaveDeps } from './save-reserved.ts';
import { toStock, type StockRow } from './stocks.ts';

/** A reservation that has ended, or a stock that has changed with it. */
type EndedRow = { order_id: string } | ({ order_id: null } & StockRow);

/*
 * `count(*)` reads all of `locked`, so all parts are locked before the reservations are; EXISTS would stop at
 * the first row. `moved` sees the reservations as they are after these locks were taken.
 */
const updateEnded = prepareStatement<EndedRow>(
  'inventory_end_reservations',
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
  ), taken AS (
    UPDATE inventory.parts p
       SET reserved = p.reserved - l.quantity,
           stock_quantity = p.stock_quantity - CASE WHEN $4::boolean THEN l.quantity ELSE 0 END,
           version = p.version + 1,
           updated_at = $3
      FROM pieces l WHERE l.part_id = p.part_id
    RETURNING p.part_id, p.stock_quantity, p.reserved, p.version
  )
  SELECT order_id, NULL::uuid AS part_id, NULL::bigint AS stock_quantity, NULL::bigint AS reserved, NULL::bigint AS version
    FROM moved
  UNION ALL
  SELECT NULL, part_id, stock_quantity, reserved, version FROM taken`,
);

/** Inserts a released reservation without items, so that a later attempt to reserve is refused. */
const insertTombstone = prepareStatement(
  'inventory_save_tombstone',
  `INSERT INTO inventory.reservations (order_id, status, created_at, updated_at)
   VALUES ($1, 'RELEASED', $2, $2) ON CONFLICT DO NOTHING RETURNING order_id`,
);

// bounds how many rows one statement locks: an order may have a thousand parts
const maxBatchSize = 32;

/**
 * Ends a reservation, or inserts a tombstone that prevents one. Returns false, with nothing written, when the
 * reservation has changed since it was read. Concurrent calls with the same outcome share one statement;
 * otherwise, under many orders of the same parts, they would wait for each other.
 */
export const saveEnded = ({ pool, noteStocks }: SaveDeps): EndReservationDeps['saveEnded'] => {
  const endAs = (to: ReservationEnd['to']) =>
    batched(async (ends: readonly ReservationEnd[]) => {
      const orderIds = ends.map(({ orderId }) => orderId);
      const moment = ends.at(-1)?.moment;
      const rows = await updateEnded(pool, [orderIds, to, moment, to === 'COMMITTED']);
      const moved = new Set(rows.map(({ order_id }) => order_id));
      await noteStocks(rows.flatMap((row) => (row.order_id === null ? [toStock(row)] : [])));
      // of two calls for the same order one has moved it; the other sees that when it reads again
      return ends.map(({ orderId }) => moved.delete(orderId));
    }, maxBatchSize);
  const [commit, release] = [endAs('COMMITTED'), endAs('RELEASED')];
  return async (end) => {
    const { orderId, from, to, moment } = end;
    if (from !== undefined) return to === 'COMMITTED' ? commit(end) : release(end);
    return (await insertTombstone(pool, [orderId, moment])).length === 1;
  };
};
