import type { Clock } from '#platform/base/clock.ts';

export interface VoidPaymentDeps {
  now: Clock;
  /** Voids the order's payment; an order without one gets a voided one. */
  saveVoided: (orderId: string, moment: Date) => Promise<void>;
}

/** Gives an order's charge back, or sees to it that there will never be one. Again: nothing changes. */
export const voidPayment =
  ({ now, saveVoided }: VoidPaymentDeps) =>
  (orderId: string): Promise<void> =>
    saveVoided(orderId, now());
