import { AppError } from '#platform/base/errors.ts';
import type { StockItem } from './items.ts';

export type ReservationStatus = 'RESERVED' | EndStatus;
/** The statuses in which a reservation has ended. */
export type EndStatus = 'RELEASED' | 'COMMITTED';

/** The pieces that are, or were, reserved for an order. */
export interface Reservation {
  readonly orderId: string;
  readonly status: ReservationStatus;
  /** Each part once, ascending by id; empty when the reservation was released before it was made. */
  readonly items: readonly StockItem[];
}

/**
 * Accepts a repeated request with the same items. Refuses different items, and a reservation that has ended.
 */
export const confirm = (reservation: Reservation, items: readonly StockItem[]): void => {
  if (reservation.status === 'RELEASED') throw released(reservation.orderId);
  if (reservation.status === 'COMMITTED') throw committed(reservation.orderId);
  if (!isSame(reservation.items, items)) throw differs(reservation.orderId);
};

/** Returns the new status; undefined when it is released already. Refuses a committed reservation. */
export const release = (
  reservation: Reservation | undefined,
  orderId: string,
): EndStatus | undefined => {
  if (reservation?.status === 'COMMITTED') throw committed(orderId);
  return reservation?.status === 'RELEASED' ? undefined : 'RELEASED';
};

/**
 * Returns the new status; undefined when it is committed already. Refuses an unknown or released reservation.
 */
export const commit = (
  reservation: Reservation | undefined,
  orderId: string,
): EndStatus | undefined => {
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
