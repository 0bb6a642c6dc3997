import { sql } from 'drizzle-orm';
import { bigint, check, pgSchema, uuid } from 'drizzle-orm/pg-core';
import { moment } from '#platform/database/columns.ts';

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
