import { AppError } from '#platform/base/errors.ts';

export type PaymentMethod = 'CARD' | 'SBP' | 'CREDIT_CARD' | 'INVESTOR_MONEY';

/** The terms of a charge for an order. */
export interface Charge {
  readonly orderId: string;
  readonly userId: string;
  readonly amountMinor: bigint;
  readonly method: PaymentMethod;
}

export interface Charged extends Charge {
  readonly status: 'CHARGED';
  readonly transactionId: string;
}

/** The charge was refunded, or never made; in both cases none can follow. */
export interface Voided {
  readonly status: 'VOIDED';
  readonly orderId: string;
}

/** The payment of an order. */
export type Payment = Charged | Voided;

/** Returns the transaction of the charge. Refuses a voided payment, and one with different terms. */
export const transactionFor = (payment: Payment, charge: Charge): string => {
  if (payment.status === 'VOIDED') throw voided(charge.orderId);
  if (!isSame(payment, charge)) throw differs(charge.orderId);
  return payment.transactionId;
};

const isSame = (one: Charge, other: Charge): boolean =>
  one.userId === other.userId &&
  one.amountMinor === other.amountMinor &&
  one.method === other.method;

const about = (orderId: string) => ({ metadata: { order_id: orderId } });

const voided = (orderId: string): AppError =>
  new AppError(
    'precondition',
    'payment-voided',
    `The payment of order ${orderId} was voided.`,
    about(orderId),
  );

const differs = (orderId: string): AppError =>
  new AppError(
    'precondition',
    'payment-differs',
    `Order ${orderId} was charged with another amount, user or method.`,
    about(orderId),
  );
