import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { Reservation, ReservationStatus } from '../domain/reservation.ts';

interface ReservationRow {
  status: ReservationStatus;
  /** Null when it has no items. */
  part_ids: string[] | null;
  quantities: number[] | null;
}

const selectReservation = prepareStatement<ReservationRow>(
  'inventory_reservation',
  `SELECT r.status, i.part_ids, i.quantities
     FROM inventory.reservations r
    CROSS JOIN LATERAL (
      SELECT array_agg(part_id ORDER BY part_id) AS part_ids,
             array_agg(quantity ORDER BY part_id) AS quantities
        FROM inventory.reservation_items WHERE order_id = r.order_id) i
    WHERE r.order_id = $1`,
);

/** An order's reservation with its items, ascending by part. */
export const findReservation =
  (pool: Queryable) =>
  async (orderId: string): Promise<Reservation | undefined> => {
    const [row] = await selectReservation(pool, [orderId]);
    if (!row) return undefined;
    const { status, part_ids, quantities } = row;
    const items = (part_ids ?? []).map((partId, i) => ({ partId, quantity: quantities?.[i] ?? 0 }));
    return { orderId, status, items };
  };
