import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { NewReservation, ReserveStockDeps } from '../usecases/reserve-stock.ts';
import type { NoteStocks } from './cached-stocks.ts';
import { toStock, type StockRow } from './stocks.ts';

/** What is needed to save changes of reservations with their stocks. */
export interface SaveDeps {
  pool: Queryable;
  noteStocks: NoteStocks;
}

/*
 * Parts are locked in the order of their ids, and before the reservation, here and in save-ended.ts: whoever
 * waits for a reservation holds part locks, and whoever holds a reservation waits for nothing. Under the
 * locks the stock is current, while the reservations are those of the statement's snapshot: two calls for the
 * same order may both reach `claimed`, where the second waits for the first and then hits the conflict.
 */
const insertReserved = prepareStatement<StockRow & { is_reserved: boolean }>(
  'inventory_save_reserved',
  `WITH wanted AS MATERIALIZED (
    SELECT part_id, quantity FROM unnest($2::uuid[], $3::int[]) AS w(part_id, quantity)
  ), locked AS MATERIALIZED (
    SELECT part_id, stock_quantity, reserved, version
      FROM inventory.parts
     WHERE part_id = ANY ($2::uuid[])
       AND NOT EXISTS (SELECT FROM inventory.reservations WHERE order_id = $1)
     ORDER BY part_id FOR UPDATE
  ), reservable AS MATERIALIZED (
    SELECT 1 FROM wanted LEFT JOIN locked USING (part_id)
    HAVING bool_and(coalesce(stock_quantity - reserved >= quantity, false))
  ), claimed AS (
    INSERT INTO inventory.reservations (order_id, status, created_at, updated_at)
    SELECT $1, 'RESERVED', $4, $4 WHERE EXISTS (SELECT FROM reservable)
    ON CONFLICT DO NOTHING RETURNING order_id
  ), set_aside AS (
    UPDATE inventory.parts p
       SET reserved = p.reserved + w.quantity, version = p.version + 1, updated_at = $4
      FROM wanted w WHERE w.part_id = p.part_id AND EXISTS (SELECT FROM claimed)
    RETURNING p.part_id, p.stock_quantity, p.reserved, p.version
  ), saved_items AS (
    INSERT INTO inventory.reservation_items (order_id, part_id, quantity)
    SELECT $1, part_id, quantity FROM wanted WHERE EXISTS (SELECT FROM claimed)
  )
  SELECT true AS is_reserved, part_id, stock_quantity, reserved, version FROM set_aside
  UNION ALL
  SELECT false, part_id, stock_quantity, reserved, version
    FROM locked WHERE NOT EXISTS (SELECT FROM claimed)`,
);

/**
 * Reserves all pieces, or changes nothing; returns the stocks as they are now, none when the order has a
 * reservation.
 */
export const saveReserved =
  ({ pool, noteStocks }: SaveDeps): ReserveStockDeps['saveReserved'] =>
  async ({ orderId, items, moment }: NewReservation) => {
    const partIds = items.map(({ partId }) => partId);
    const quantities = items.map(({ quantity }) => quantity);
    const rows = await insertReserved(pool, [orderId, partIds, quantities, moment]);
    const isReserved = rows[0]?.is_reserved === true;
    const stocks = rows.map(toStock);
    if (isReserved) await noteStocks(stocks);
    return { isReserved, stocks };
  };
