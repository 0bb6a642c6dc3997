import type { Clock } from '#platform/base/clock.ts';
import { mergeItems, type StockItem } from '../domain/items.ts';
import { confirm, type Reservation } from '../domain/reservation.ts';
import { refusalOf, type Stock } from '../domain/stock.ts';

export interface NewReservation {
  orderId: string;
  /** Each part once, ascending. */
  items: readonly StockItem[];
  moment: Date;
}

export interface ReserveStockDeps {
  now: Clock;
  /**
   * Sets all pieces aside, or changes nothing and tells the stocks of the parts that are known: when they do
   * not suffice, and when the order has a reservation already.
   */
  saveReserved: (
    reservation: NewReservation,
  ) => Promise<{ isReserved: boolean; stocks: readonly Stock[] }>;
  findReservation: (orderId: string) => Promise<Reservation | undefined>;
}

/**
 * Sets pieces aside for an order, all or none. Again with the same items: nothing changes. Refuses unknown
 * parts, too few pieces, other items than before, and an order whose reservation is over.
 */
export const reserveStock =
  (deps: ReserveStockDeps) =>
  async (orderId: string, wanted: readonly StockItem[]): Promise<void> => {
    const items = mergeItems(wanted);
    const { isReserved, stocks } = await deps.saveReserved({ orderId, items, moment: deps.now() });
    if (isReserved) return;
    // Looked at again even when pieces are short: it may be the same call's twin that has just taken them.
    const reservation = await deps.findReservation(orderId);
    if (reservation) confirm(reservation, items);
    else throw refusalOf(items, stocks) ?? new Error(`Order ${orderId} was refused for nothing.`);
  };
