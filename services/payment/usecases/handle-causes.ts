import type { Clock } from '#platform/base/clock.ts';
import {
  decide,
  type Announcement,
  type BookingPayment,
  type Cause,
  type Circumstances,
} from '../domain/booking-payment.ts';

/** A cause, and the headers of the events that it causes. */
export type Heard = Cause & { readonly headers: Readonly<Record<string, string>> };

/** What is announced of an order, and why. */
export interface Announced {
  /** The payment as it is then. */
  readonly payment: BookingPayment;
  readonly announcement: Announcement;
  readonly headers: Heard['headers'];
}

export interface Outcome {
  /** The payments of orders that had none. */
  readonly created: readonly BookingPayment[];
  readonly changed: readonly BookingPayment[];
  /** In the order in which they happened. */
  readonly announced: readonly Announced[];
}

export interface HandleCausesDeps extends Pick<Circumstances, 'rules' | 'newPaymentId'> {
  now: Clock;
  /** Locks the payments of these orders that there are. */
  lockPayments: (orderIds: readonly string[]) => Promise<readonly BookingPayment[]>;
  save: (outcome: Outcome) => Promise<void>;
}

/** Authorizes, refuses and reverses payments, one cause after the other, and announces each. Call it in a transaction. */
export const handleCauses =
  (deps: HandleCausesDeps) =>
  async (heard: readonly Heard[]): Promise<void> => {
    const orderIds = [...new Set(heard.map(({ orderId }) => orderId))];
    const before = byOrder(await deps.lockPayments(orderIds));
    const announced = decideAll(heard, before, { ...deps, now: deps.now() });
    if (announced.length === 0) return;
    const after = [...byOrder(announced.map(({ payment }) => payment)).values()];
    await deps.save({
      created: after.filter(({ orderId }) => !before.has(orderId)),
      changed: after.filter(({ orderId }) => before.has(orderId)),
      announced,
    });
  };

const decideAll = (
  heard: readonly Heard[],
  before: ReadonlyMap<string, BookingPayment>,
  circumstances: Circumstances,
): Announced[] => {
  const payments = new Map(before);
  return heard.flatMap(({ headers, ...cause }) => {
    const decision = decide(payments.get(cause.orderId), cause, circumstances);
    if (decision === undefined) return [];
    payments.set(cause.orderId, decision.payment);
    return [{ ...decision, headers }];
  });
};

const byOrder = (payments: readonly BookingPayment[]): Map<string, BookingPayment> =>
  new Map(payments.map((payment) => [payment.orderId, payment]));
