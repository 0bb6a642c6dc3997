import type { Clock } from '#platform/base/clock.ts';
import { transactionFor, type Charge, type Charged, type Payment } from '../domain/payment.ts';

export interface PayOrderDeps {
  now: Clock;
  /** Returns a new UUID v7. */
  newTransactionId: () => string;
  /** Saves the charge unless the order has a payment already, and returns the payment that it has now. */
  saveCharged: (charged: Charged, moment: Date) => Promise<Payment>;
}

/**
 * Charges an order and returns the transaction. Repeating it returns the same transaction and charges
 * nothing. Refuses different terms for the same order, and an order whose payment was voided.
 */
export const payOrder =
  ({ now, newTransactionId, saveCharged }: PayOrderDeps) =>
  async (charge: Charge): Promise<string> => {
    const charged = { ...charge, status: 'CHARGED', transactionId: newTransactionId() } as const;
    return transactionFor(await saveCharged(charged, now()), charge);
  };
