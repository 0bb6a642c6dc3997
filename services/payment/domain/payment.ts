import { AppError } from '#platform/base/errors.ts';

export type PaymentMethod = 'CARD' | 'SBP' | 'CREDIT_CARD' | 'INVESTOR_MONEY';

/** What somebody pays for an order. */
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

/** The charge was given back, or there never was one: what counts is that there will be none. */
export interface Voided {
  readonly status: 'VOIDED';
  readonly orderId: string;
}

/** What became of an order's payment. */
export type Payment = Charged | Voided;

/** The transaction that pays for the charge. Refuses a voided payment, and one that was for something else. */
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
