import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { encodeOutboxRows } from '#platform/messaging/outbox/event.ts';
import { insertOutboxSql } from '#platform/messaging/outbox/insert.ts';
import type { BookingPayment } from '../domain/booking-payment.ts';
import { paymentEvent, type PaymentEventDeps } from '../events/payment-event.ts';
import type { Outcome } from '../usecases/handle-causes.ts';

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

// in the order of the ids, so that two transactions cannot deadlock
const saveAll = prepareStatement(
  'payment_save_booking_payments',
  `WITH created AS (
    INSERT INTO payment.booking_payments
    SELECT * FROM jsonb_populate_recordset(NULL::payment.booking_payments, $1::jsonb) ORDER BY order_id
  ), changed AS (
    UPDATE payment.booking_payments p
       SET status = c.status, event_count = c.event_count, updated_at = c.updated_at
      FROM jsonb_populate_recordset(NULL::payment.booking_payments, $2::jsonb) c WHERE p.order_id = c.order_id
  ) ${insertOutboxSql({ schema: 'payment', parameter: '$3' })}`,
);

/**
 * Saves payments, which the transaction has locked, and the events that announce them. When another transaction has
 * saved a payment of the same order meanwhile, it throws, and the causes are handled again.
 */
export const saveOutcome =
  (tx: { readonly client: Queryable }, deps: PaymentEventDeps) =>
  async ({ created, changed, announced }: Outcome): Promise<void> => {
    const events = announced.map(paymentEvent(deps));
    await saveAll(tx.client, [encode(created), encode(changed), encodeOutboxRows(events)]);
  };

const encode = (payments: readonly BookingPayment[]): string =>
  JSON.stringify(
    payments.map((payment) => ({
      order_id: payment.orderId,
      status: payment.status,
      payment_id: payment.paymentId,
      user_id: payment.userId,
      amount_minor: payment.amountMinor?.toString(),
      reason: payment.reason,
      event_count: payment.eventCount.toString(),
      created_at: payment.createdAt,
      updated_at: payment.updatedAt,
    })),
  );
