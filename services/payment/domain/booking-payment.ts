export type BookingPaymentStatus = 'AUTHORIZED' | 'REFUSED' | 'VOIDED' | 'REFUNDED';

/** The payment of a booking's order. A voided one without an amount was never authorized, and never will be. */
export interface BookingPayment {
  readonly orderId: string;
  readonly status: BookingPaymentStatus;
  readonly paymentId: string | null;
  readonly userId: string | null;
  readonly amountMinor: bigint | null;
  /** Why it was refused. */
  readonly reason: string | null;
  /** How many events this service has emitted about the order. */
  readonly eventCount: bigint;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** How an order ends that is refunded. */
export type RefundOutcome = 'REFUNDED' | 'CANCELLED';

/** What another service has said about an order. */
export type Cause =
  | {
      readonly type: 'OrderCreated';
      readonly orderId: string;
      readonly userId: string;
      readonly amountMinor: bigint;
      readonly flight: Flight;
    }
  | { readonly type: 'TicketRejected'; readonly orderId: string; readonly reason: string }
  | {
      readonly type: 'RefundRequested';
      readonly orderId: string;
      readonly reason: string;
      readonly outcome: RefundOutcome;
    };

/** The flight of an order, which is only passed on. */
export type Flight = Readonly<Record<'from' | 'to' | 'date' | 'time' | 'airline', string>>;

/** What is announced of an order. */
export type Announcement =
  | {
      readonly type: 'PaymentAuthorized';
      readonly payload: Flight & { userId: string; amountMinor: bigint; paymentId: string };
    }
  | { readonly type: 'PaymentFailed'; readonly payload: { reason: string } }
  | {
      readonly type: 'PaymentRefunded';
      readonly payload: {
        paymentId?: string;
        amountMinor?: bigint;
        reason: string;
        outcome: RefundOutcome;
      };
    };

/** What is refused. */
export interface PaymentRules {
  /** The largest amount in minor units; 0: there is none. */
  readonly limitMinor: bigint;
  readonly blockedUsers: ReadonlySet<string>;
}

export interface Circumstances {
  readonly rules: PaymentRules;
  readonly now: Date;
  /** Returns a new UUID v7. */
  readonly newPaymentId: () => string;
}

export interface Decision {
  readonly payment: BookingPayment;
  readonly announcement: Announcement;
}

/**
 * Decides what becomes of an order's payment, undefined being none yet. Returns undefined when the cause changes
 * nothing: each takes effect once, and a payment that was reversed stays reversed.
 */
export const decide = (
  payment: BookingPayment | undefined,
  cause: Cause,
  circumstances: Circumstances,
): Decision | undefined => {
  switch (cause.type) {
    case 'OrderCreated':
      return payment === undefined ? authorize(cause, circumstances) : undefined;
    case 'TicketRejected':
      return payment?.status === 'AUTHORIZED'
        ? reverse(payment, { ...cause, outcome: 'CANCELLED' }, circumstances)
        : undefined;
    case 'RefundRequested':
      return isOver(payment) ? undefined : reverse(payment, cause, circumstances);
  }
};

/** Why a payment is refused; undefined when it is not. */
const refusalOf = (
  { userId, amountMinor }: Pick<Cause & { type: 'OrderCreated' }, 'userId' | 'amountMinor'>,
  { limitMinor, blockedUsers }: PaymentRules,
): string | undefined => {
  if (limitMinor > 0n && amountMinor > limitMinor) return 'amount-over-limit';
  return blockedUsers.has(userId) ? 'user-blocked' : undefined;
};

const authorize = (
  cause: Cause & { type: 'OrderCreated' },
  { rules, now, newPaymentId }: Circumstances,
): Decision => {
  const { orderId, userId, amountMinor, flight } = cause;
  const opened = { ...newPayment(orderId, now), userId, amountMinor };
  const reason = refusalOf(cause, rules);
  if (reason !== undefined)
    return {
      payment: { ...opened, status: 'REFUSED', reason },
      announcement: { type: 'PaymentFailed', payload: { reason } },
    };
  const paymentId = newPaymentId();
  return {
    payment: { ...opened, status: 'AUTHORIZED', paymentId },
    announcement: {
      type: 'PaymentAuthorized',
      payload: { ...flight, userId, amountMinor, paymentId },
    },
  };
};

/** Whether all has been announced: a refused one's refund, too. */
const isOver = (payment: BookingPayment | undefined): boolean => {
  if (payment === undefined || payment.status === 'AUTHORIZED') return false;
  return payment.status !== 'REFUSED' || payment.eventCount > 1n;
};

interface Reversal {
  orderId: string;
  reason: string;
  outcome: RefundOutcome;
}

const reverse = (
  payment: BookingPayment | undefined,
  { orderId, reason, outcome }: Reversal,
  { now }: Circumstances,
): Decision => {
  const before = payment ?? { ...newPayment(orderId, now), eventCount: 0n };
  const { paymentId, amountMinor } = before;
  const paid = paymentId === null || amountMinor === null ? {} : { paymentId, amountMinor };
  const changed = { eventCount: before.eventCount + 1n, updatedAt: now };
  return {
    payment: { ...before, status: statusReversed(payment, outcome), ...changed },
    announcement: { type: 'PaymentRefunded', payload: { ...paid, reason, outcome } },
  };
};

const statusReversed = (
  payment: BookingPayment | undefined,
  outcome: RefundOutcome,
): BookingPaymentStatus => {
  if (payment?.status === 'REFUSED') return 'REFUSED';
  return payment !== undefined && outcome === 'REFUNDED' ? 'REFUNDED' : 'VOIDED';
};

const newPayment = (orderId: string, now: Date) => ({
  orderId,
  paymentId: null,
  userId: null,
  amountMinor: null,
  reason: null,
  eventCount: 1n,
  createdAt: now,
  updatedAt: now,
});
