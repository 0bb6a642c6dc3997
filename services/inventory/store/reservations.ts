import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { batched } from '#platform/base/batched.ts';
import type { Reservation, ReservationStatus } from '../domain/reservation.ts';

interface ReservationRow {
  order_id: string;
  status: ReservationStatus;
  /** Null when the reservation has no items. */
  part_ids: string[] | null;
  quantities: number[] | null;
}

const selectReservations = prepareStatement<ReservationRow>(
  'inventory_reservations',
  `SELECT r.order_id, r.status, i.part_ids, i.quantities
     FROM inventory.reservations r
    CROSS JOIN LATERAL (
      SELECT array_agg(part_id ORDER BY part_id) AS part_ids,
             array_agg(quantity ORDER BY part_id) AS quantities
        FROM inventory.reservation_items WHERE order_id = r.order_id) i
    WHERE r.order_id = ANY ($1::uuid[])`,
);

const maxBatchSize = 256;

/** Finds the reservation of an order with its items, ascending by part. Concurrent calls share one query. */
export const findReservation = (
  pool: Queryable,
): ((orderId: string) => Promise<Reservation | undefined>) =>
  batched(async (orderIds: readonly string[]) => {
    const rows = await selectReservations(pool, [orderIds]);
    const byOrder = new Map(rows.map((row) => [row.order_id, toReservation(row)]));
    return orderIds.map((orderId) => byOrder.get(orderId));
  }, maxBatchSize);

const toReservation = ({ order_id, status, part_ids, quantities }: ReservationRow): Reservation => {
  const items = (part_ids ?? []).map((partId, i) => ({ partId, quantity: quantities?.[i] ?? 0 }));
  return { orderId: order_id, status, items };
};
