import { AppError } from '#platform/base/errors.ts';
import type { StockItem } from './items.ts';

export type ReservationStatus = 'RESERVED' | SettledStatus;
/** How a reservation ends. */
export type SettledStatus = 'RELEASED' | 'COMMITTED';

/** The pieces that are set aside for an order, or were. */
export interface Reservation {
  readonly orderId: string;
  readonly status: ReservationStatus;
  /** Each part once, ascending; none when it was released before it was made. */
  readonly items: readonly StockItem[];
}

/** Asked for again: fine with the same items. Refuses others, and a reservation that is over. */
export const confirm = (reservation: Reservation, items: readonly StockItem[]): void => {
  if (reservation.status === 'RELEASED') throw released(reservation.orderId);
  if (reservation.status === 'COMMITTED') throw committed(reservation.orderId);
  if (!isSame(reservation.items, items)) throw differs(reservation.orderId);
};

/** The status to go to; undefined when it is released already. Refuses what was taken out. */
export const release = (
  reservation: Reservation | undefined,
  orderId: string,
): SettledStatus | undefined => {
  if (reservation?.status === 'COMMITTED') throw committed(orderId);
  return reservation?.status === 'RELEASED' ? undefined : 'RELEASED';
};

/** The status to go to; undefined when it is taken out already. Refuses what is unknown or released. */
export const commit = (
  reservation: Reservation | undefined,
  orderId: string,
): SettledStatus | undefined => {
  if (!reservation) throw notFound(orderId);
  if (reservation.status === 'RELEASED') throw released(orderId);
  return reservation.status === 'COMMITTED' ? undefined : 'COMMITTED';
};

const isSame = (some: readonly StockItem[], others: readonly StockItem[]): boolean =>
  some.length === others.length &&
  some.every(({ partId, quantity }, i) => {
    const other = others[i];
    return partId === other?.partId && quantity === other.quantity;
  });

const about = (orderId: string) => ({ metadata: { order_id: orderId } });

const notFound = (orderId: string): AppError =>
  new AppError(
    'not-found',
    'reservation-not-found',
    `Nothing is reserved for order ${orderId}.`,
    about(orderId),
  );

const differs = (orderId: string): AppError =>
  new AppError(
    'precondition',
    'reservation-differs',
    `Order ${orderId} has reserved other items.`,
    about(orderId),
  );

const released = (orderId: string): AppError =>
  new AppError(
    'precondition',
    'reservation-released',
    `The reservation of order ${orderId} was released.`,
    about(orderId),
  );

const committed = (orderId: string): AppError =>
  new AppError(
    'precondition',
    'reservation-committed',
    `The pieces of order ${orderId} were taken out of the stock.`,
    about(orderId),
  );
