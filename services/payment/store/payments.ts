import type { Clock } from '#platform/base/clock.ts';
import { ne } from 'drizzle-orm';
import type { Pool, Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { withTransaction } from '#platform/database/transaction.ts';
import type { Charged, Payment, PaymentMethod } from '../domain/payment.ts';
import { payments } from './schema.ts';

type PaymentRow =
  | { status: 'VOIDED' }
  | {
      status: 'CHARGED';
      user_id: string;
      amount_minor: bigint;
      payment_method: PaymentMethod;
      transaction_id: string;
    };

/*
 * Of two concurrent calls the second waits for the first and gets its row. The update changes nothing; it is
 * there because DO NOTHING would return no row, and a SELECT in the same statement might not see the other's
 * row yet.
 */
const insertCharged = prepareStatement<PaymentRow>(
  'payment_save_charged',
  `INSERT INTO payment.payments AS p
     (order_id, status, user_id, amount_minor, payment_method, transaction_id, created_at, updated_at)
   VALUES ($1, 'CHARGED', $2, $3, $4, $5, $6, $6)
   ON CONFLICT (order_id) DO UPDATE SET status = p.status
   RETURNING status, user_id, amount_minor, payment_method, transaction_id`,
);

/** Saves the charge unless the order has a payment already, and returns the payment that it has now. */
export const saveCharged =
  (pool: Queryable) =>
  async (charged: Charged, moment: Date): Promise<Payment> => {
    const { orderId, userId, amountMinor, method, transactionId } = charged;
    const values = [orderId, userId, amountMinor, method, transactionId, moment];
    const [row] = await insertCharged(pool, values);
    if (!row) throw new Error('The statement returned no row for the payment.');
    return toPayment(orderId, row);
  };

const toPayment = (orderId: string, row: PaymentRow): Payment =>
  row.status === 'VOIDED'
    ? { status: row.status, orderId }
    : {
        status: row.status,
        orderId,
        userId: row.user_id,
        amountMinor: row.amount_minor,
        method: row.payment_method,
        transactionId: row.transaction_id,
      };

/**
 * Refunds the charge of an order, keeping its transaction, or makes sure that none can follow. Repeating it
 * changes nothing.
 */
export const voidPayment =
  (pool: Pool, now: Clock) =>
  (orderId: string): Promise<void> =>
    withTransaction(pool, async (tx) => {
      const moment = now();
      await tx
        .insert(payments)
        .values({ orderId, status: 'VOIDED', createdAt: moment, updatedAt: moment })
        .onConflictDoUpdate({
          target: payments.orderId,
          set: { status: 'VOIDED', updatedAt: moment },
          setWhere: ne(payments.status, 'VOIDED'),
        });
    });
