import type { Clock } from '#platform/base/clock.ts';
import { transactionFor, type Charge, type Charged, type Payment } from '../domain/payment.ts';

export interface PayOrderDeps {
  now: Clock;
  /** A new UUID v7. */
  newTransactionId: () => string;
  /** Keeps the charge unless the order has a payment already, and gives the one that it has now. */
  saveCharged: (charged: Charged, moment: Date) => Promise<Payment>;
}

/**
 * Charges an order and returns the transaction. Again: the same transaction, and nothing is charged. Refuses
 * another charge for the same order, and an order whose payment was voided.
 */
export const payOrder =
  ({ now, newTransactionId, saveCharged }: PayOrderDeps) =>
  async (charge: Charge): Promise<string> => {
    const charged = { ...charge, status: 'CHARGED', transactionId: newTransactionId() } as const;
    return transactionFor(await saveCharged(charged, now()), charge);
  };
