import type { Clock } from '#platform/base/clock.ts';
import {
  commit,
  release,
  type Reservation,
  type ReservationStatus,
  type EndStatus,
} from '../domain/reservation.ts';

export interface ReservationEnd {
  orderId: string;
  /** The status on which the decision is based; undefined when the order has no reservation. */
  from: ReservationStatus | undefined;
  to: EndStatus;
  moment: Date;
}

export interface EndReservationDeps {
  now: Clock;
  findReservation: (orderId: string) => Promise<Reservation | undefined>;
  /**
   * Makes the pieces available again on release, takes them out of the stock on commit; releasing an order
   * without a reservation saves a tombstone. Returns false, with nothing changed, when the reservation has
   * changed since it was read.
   */
  saveEnded: (end: ReservationEnd) => Promise<boolean>;
}

type EndReservation = (orderId: string) => Promise<void>;

/**
 * Releases the pieces of an order, or makes sure that none will ever be reserved. Refuses a committed
 * reservation.
 */
export const releaseStock = (deps: EndReservationDeps): EndReservation => end(deps, release);

/**
 * Takes the pieces of an order out of the stock. Repeating it changes nothing. Refuses an unknown or released
 * reservation.
 */
export const commitStock = (deps: EndReservationDeps): EndReservation => end(deps, commit);

const end =
  ({ now, findReservation, saveEnded }: EndReservationDeps, decide: typeof release) =>
  async (orderId: string): Promise<void> => {
    // The loop ends: a lost save means that the reservation has moved, and it moves at most twice.
    for (;;) {
      const reservation = await findReservation(orderId);
      const to = decide(reservation, orderId);
      if (to === undefined) return;
      const from = reservation?.status;
      if (await saveEnded({ orderId, from, to, moment: now() })) return;
    }
  };
