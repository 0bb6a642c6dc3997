import type { Clock } from '#platform/base/clock.ts';
import { mergeItems, type StockItem } from '../domain/items.ts';
import { confirm, type Reservation } from '../domain/reservation.ts';
import { refusalOf, type Stock } from '../domain/stock.ts';

export interface NewReservation {
  orderId: string;
  /** Each part once, ascending by id. */
  items: readonly StockItem[];
  moment: Date;
}

export interface ReserveStockDeps {
  now: Clock;
  /**
   * Reserves all pieces. When they do not suffice, or the order has a reservation already, changes nothing
   * and returns the stocks of the parts that are known.
   */
  saveReserved: (
    reservation: NewReservation,
  ) => Promise<{ isReserved: boolean; stocks: readonly Stock[] }>;
  findReservation: (orderId: string) => Promise<Reservation | undefined>;
}

/**
 * Reserves pieces for an order, all or none. Repeating it with the same items changes nothing. Refuses
 * unknown parts, too few pieces, items that differ from those before, and an order whose reservation has
 * ended.
 */
export const reserveStock =
  (deps: ReserveStockDeps) =>
  async (orderId: string, wanted: readonly StockItem[]): Promise<void> => {
    const items = mergeItems(wanted);
    const { isReserved, stocks } = await deps.saveReserved({ orderId, items, moment: deps.now() });
    if (isReserved) return;
    // The reservation is read even when stock is short: a concurrent call for the same order may have taken
    // the pieces.
    const reservation = await deps.findReservation(orderId);
    if (reservation) confirm(reservation, items);
    else
      throw (
        refusalOf(items, stocks) ??
        new Error(`Order ${orderId} was not reserved although its stock suffices.`)
      );
  };
