import { sql } from 'drizzle-orm';
import { isAnyOf } from '#platform/database/columns.ts';
import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { Transaction } from '#platform/database/transaction.ts';
import { appendToOutbox } from '#platform/messaging/outbox/insert.ts';
import type { BookingPayment } from '../domain/booking-payment.ts';
import { paymentEvent, type PaymentEventDeps } from '../events/payment-event.ts';
import type { Outcome } from '../usecases/handle-causes.ts';
import { bookingPayments } from './schema.ts';

const select = `SELECT order_id AS "orderId", status, payment_id AS "paymentId", user_id AS "userId",
       amount_minor AS "amountMinor", reason, event_count AS "eventCount",
       created_at AS "createdAt", updated_at AS "updatedAt"
  FROM payment.booking_payments`;

const selectPayment = prepareStatement<BookingPayment>(
  'payment_find_booking_payment',
  `${select} WHERE order_id = $1`,
);

// always in the order of their ids, so that two transactions cannot deadlock
const lockPaymentsById = prepareStatement<BookingPayment>(
  'payment_lock_booking_payments',
  `${select} WHERE order_id = ANY ($1::uuid[]) ORDER BY order_id FOR UPDATE`,
);

/** Finds the payment of a booking's order. */
export const findBookingPayment =
  (pool: Queryable) =>
  async (orderId: string): Promise<BookingPayment | undefined> =>
    (await selectPayment(pool, [orderId]))[0];

/** Locks and returns the payments of these orders that there are, until the transaction ends. */
export const lockBookingPayments =
  (tx: { readonly client: Queryable }) =>
  (orderIds: readonly string[]): Promise<BookingPayment[]> =>
    lockPaymentsById(tx.client, [orderIds]);

/**
 * Saves payments, which the transaction has locked, and the events that announce them. When another transaction has
 * saved a payment of the same order meanwhile, it throws, and the causes are handled again.
 */
export const saveOutcome =
  (tx: Transaction, deps: PaymentEventDeps) =>
  async ({ created, changed, announced }: Outcome): Promise<void> => {
    for (const [status, payments] of Map.groupBy(changed, (each) => each.status))
      await saveChanged(tx, status, payments);
    // in the order of the ids, so that two transactions cannot deadlock
    if (created.length > 0) await tx.insert(bookingPayments).values(created.toSorted(byOrderId));
    await appendToOutbox(tx, 'payment', announced.map(paymentEvent(deps)));
  };

const saveChanged = async (
  tx: Transaction,
  status: BookingPayment['status'],
  payments: readonly BookingPayment[],
): Promise<void> => {
  const orderIds = payments.map(({ orderId }) => orderId);
  await tx
    .update(bookingPayments)
    .set({
      status,
      updatedAt: payments[0]?.updatedAt,
      // a reversal is announced by one event, and ends the payment
      eventCount: sql`${bookingPayments.eventCount} + 1`,
    })
    .where(isAnyOf(bookingPayments.orderId, orderIds));
};

const byOrderId = (one: BookingPayment, other: BookingPayment): number =>
  one.orderId < other.orderId ? -1 : 1;
