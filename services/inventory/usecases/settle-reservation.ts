import type { Clock } from '#platform/base/clock.ts';
import {
  commit,
  release,
  type Reservation,
  type ReservationStatus,
  type SettledStatus,
} from '../domain/reservation.ts';

export interface Settlement {
  orderId: string;
  /** What it was decided on; undefined: the order has no reservation. */
  from: ReservationStatus | undefined;
  to: SettledStatus;
  moment: Date;
}

export interface SettleReservationDeps {
  now: Clock;
  findReservation: (orderId: string) => Promise<Reservation | undefined>;
  /**
   * Gives the pieces back when released, takes them out of the stock when committed; keeps a release of what is
   * not reserved. False, and nothing changed, when the reservation has moved on since it was read.
   */
  saveSettled: (settlement: Settlement) => Promise<boolean>;
}

type SettleReservation = (orderId: string) => Promise<void>;

/** Gives an order's pieces back, or sees to it that it will never have any. Refuses what was taken out. */
export const releaseStock = (deps: SettleReservationDeps): SettleReservation =>
  settle(deps, release);

/** Takes an order's pieces out for good. Again: nothing changes. Refuses what is unknown or released. */
export const commitStock = (deps: SettleReservationDeps): SettleReservation => settle(deps, commit);

const settle =
  ({ now, findReservation, saveSettled }: SettleReservationDeps, decide: typeof release) =>
  async (orderId: string): Promise<void> => {
    // It ends: a save that is lost means that the reservation has moved, and it moves twice at the most.
    for (;;) {
      const reservation = await findReservation(orderId);
      const to = decide(reservation, orderId);
      if (to === undefined) return;
      const from = reservation?.status;
      if (await saveSettled({ orderId, from, to, moment: now() })) return;
    }
  };
