import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  index,
  integer,
  pgSchema,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import { moment } from '#platform/database/columns.ts';
import { bytea, defineIdempotencyKeys } from '#platform/serving/idempotency/table.ts';
import { defineInbox } from '#platform/messaging/inbox/table.ts';
import { defineOutbox } from '#platform/messaging/outbox/table.ts';
import { defineTimers } from '#platform/messaging/timer/table.ts';

export const order = pgSchema('order');

export const orderStatus = order.enum('order_status', [
  'PENDING_PAYMENT',
  'PAID',
  'CANCELLED',
  'ASSEMBLED',
]);

export const paymentMethod = order.enum('payment_method', [
  'CARD',
  'SBP',
  'CREDIT_CARD',
  'INVESTOR_MONEY',
]);

export const orders = order.table(
  'orders',
  {
    /** UUID v7: newer orders have greater ids. */
    orderId: uuid('order_id').primaryKey(),
    userId: uuid('user_id').notNull(),
    status: orderStatus().notNull(),
    /** How many changes the order has had; the next one gets this number plus one. */
    sequence: bigint({ mode: 'bigint' }).notNull(),
    totalMinor: bigint('total_minor', { mode: 'bigint' }).notNull(),
    /** Set once the order is paid. */
    paymentMethod: paymentMethod('payment_method'),
    transactionId: uuid('transaction_id'),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
    /** How many events it has had; the next one gets this plus one as its sequence. */
    eventCount: bigint('event_count', { mode: 'bigint' }).notNull(),
  },
  (row) => [
    index('orders_of_user').on(row.userId, row.orderId),
    check('orders_total_positive', sql`total_minor > 0`),
    check(
      'orders_paid_with_payment',
      sql`(status IN ('PAID', 'ASSEMBLED')) = (payment_method IS NOT NULL) AND (payment_method IS NULL) = (transaction_id IS NULL)`,
    ),
  ],
);

export const orderItems = order.table(
  'order_items',
  {
    orderId: uuid('order_id')
      .notNull()
      .references(() => orders.orderId),
    partId: uuid('part_id').notNull(),
    quantity: integer().notNull(),
  },
  (item) => [
    primaryKey({ columns: [item.orderId, item.partId] }),
    check('order_items_quantity_positive', sql`quantity > 0`),
  ],
);

/** Status changes of orders, for watchers. Always written together with the order, exactly once. */
export const orderChanges = order.table(
  'order_changes',
  {
    orderId: uuid('order_id').notNull(),
    sequence: bigint({ mode: 'bigint' }).notNull(),
    status: orderStatus().notNull(),
    previousStatus: orderStatus('previous_status'),
    moment: moment('moment').notNull(),
  },
  (change) => [primaryKey({ columns: [change.orderId, change.sequence] })],
);

export const { status: outboxStatus, outbox, failed: outboxFailed } = defineOutbox(order);

export const {
  inboxOutcome,
  inbox,
  inboxPositions,
  inboxHeldPartitions,
  inboxParkedKeys,
  inboxParked,
  inboxDeadLetters,
} = defineInbox(order);

export const timers = defineTimers(order);

export const idempotencyKeys = defineIdempotencyKeys(order);

/**
 * Attempts to make an order for an idempotency key. A row is inserted with the undo of its order and deleted
 * with it, when the order is saved or undone.
 */
export const orderAttempts = order.table(
  'order_attempts',
  {
    orderId: uuid('order_id').primaryKey(),
    method: text().notNull(),
    key: text().notNull(),
    requestHash: bytea('request_hash').notNull(),
    /** The price of the parts when the attempt began: calls that join it charge the same. */
    totalMinor: bigint('total_minor', { mode: 'bigint' }).notNull(),
    /** The call that joined last; only this one may end the attempt early. */
    lastCallId: uuid('last_call_id').notNull(),
  },
  (row) => [index('order_attempts_of_key').on(row.method, row.key)],
);
