import { sql } from 'drizzle-orm';
import { bigint, check, pgSchema, text, uuid } from 'drizzle-orm/pg-core';
import { moment } from '#platform/database/columns.ts';
import { defineInbox } from '#platform/messaging/inbox/table.ts';
import { defineOutbox } from '#platform/messaging/outbox/table.ts';

export const payment = pgSchema('payment');

export const paymentMethod = payment.enum('payment_method', [
  'CARD',
  'SBP',
  'CREDIT_CARD',
  'INVESTOR_MONEY',
]);

export const paymentStatus = payment.enum('payment_status', ['CHARGED', 'VOIDED']);

/**
 * One row per order that was charged or voided. Voided without a charge: a later attempt to pay is refused.
 */
export const payments = payment.table(
  'payments',
  {
    orderId: uuid('order_id').primaryKey(),
    status: paymentStatus().notNull(),
    userId: uuid('user_id'),
    amountMinor: bigint('amount_minor', { mode: 'bigint' }),
    paymentMethod: paymentMethod('payment_method'),
    transactionId: uuid('transaction_id'),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  () => [
    check('payments_amount_positive', sql`amount_minor > 0`),
    check(
      'payments_charge_whole',
      sql`num_nulls(user_id, amount_minor, payment_method, transaction_id) = 0
          OR status = 'VOIDED' AND num_nonnulls(user_id, amount_minor, payment_method, transaction_id) = 0`,
    ),
  ],
);

export const bookingPaymentStatus = payment.enum('booking_payment_status', [
  'AUTHORIZED',
  'REFUSED',
  'VOIDED',
  'REFUNDED',
]);

/**
 * One row per order of a booking. Voided without an amount: an order that is heard of later is not paid.
 */
export const bookingPayments = payment.table(
  'booking_payments',
  {
    orderId: uuid('order_id').primaryKey(),
    status: bookingPaymentStatus().notNull(),
    paymentId: uuid('payment_id'),
    userId: uuid('user_id'),
    amountMinor: bigint('amount_minor', { mode: 'bigint' }),
    /** Why it was refused. */
    reason: text(),
    /** How many events of the order this service has emitted. */
    eventCount: bigint('event_count', { mode: 'bigint' }).notNull(),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  () => [
    check('booking_payments_amount_positive', sql`amount_minor > 0`),
    check(
      'booking_payments_whole',
      sql`CASE status
          WHEN 'REFUSED' THEN num_nulls(user_id, amount_minor, reason) = 0 AND payment_id IS NULL
          WHEN 'VOIDED' THEN num_nulls(payment_id, user_id, amount_minor) IN (0, 3)
          ELSE num_nulls(payment_id, user_id, amount_minor) = 0 END`,
    ),
  ],
);

export const {
  status: outboxStatus,
  outbox,
  failed: outboxFailed,
} = defineOutbox(payment, { hasKeyIndex: true });

export const {
  inboxOutcome,
  inbox,
  inboxPositions,
  inboxHeldPartitions,
  inboxParkedKeys,
  inboxParked,
  inboxDeadLetters,
} = defineInbox(payment);
