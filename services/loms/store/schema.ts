import { sql } from 'drizzle-orm';
import { bigint, check, pgSchema, primaryKey, text } from 'drizzle-orm/pg-core';
import { moment } from '#platform/database/columns.ts';
import { defineIdempotencyKeys } from '#platform/serving/idempotency/table.ts';
import { defineOutbox } from '#platform/messaging/outbox/table.ts';
import { defineTimers } from '#platform/messaging/timer/table.ts';

export const loms = pgSchema('loms');

export const orderStatus = loms.enum('order_status', [
  'new',
  'awaiting payment',
  'failed',
  'payed',
  'cancelled',
]);

export const orderIds = loms.sequence('order_ids');

export const orders = loms.table('orders', {
  orderId: bigint('order_id', { mode: 'bigint' }).primaryKey(),
  userId: bigint('user_id', { mode: 'bigint' }).notNull(),
  status: orderStatus().notNull(),
  /** How many events the order has emitted; the next one gets this plus one. */
  sequence: bigint({ mode: 'bigint' }).notNull(),
  createdAt: moment('created_at').notNull(),
  updatedAt: moment('updated_at').notNull(),
});

export const orderItems = loms.table(
  'order_items',
  {
    orderId: bigint('order_id', { mode: 'bigint' })
      .notNull()
      .references(() => orders.orderId),
    sku: bigint({ mode: 'bigint' }).notNull(),
    count: bigint({ mode: 'bigint' }).notNull(),
  },
  (item) => [
    primaryKey({ columns: [item.orderId, item.sku] }),
    check('order_items_count_positive', sql`count > 0`),
  ],
);

/**
 * Status changes of orders, for watchers. Always written together with the order, exactly once, so a foreign
 * key would only cost time (docs/decisions/0017).
 */
export const orderChanges = loms.table(
  'order_changes',
  {
    orderId: bigint('order_id', { mode: 'bigint' }).notNull(),
    sequence: bigint({ mode: 'bigint' }).notNull(),
    status: orderStatus().notNull(),
    previousStatus: orderStatus('previous_status'),
    reason: text(),
    moment: moment('moment').notNull(),
  },
  (change) => [primaryKey({ columns: [change.orderId, change.sequence] })],
);

/** `reserved` may exceed `total_count` (some seeds do); neither is ever negative. */
export const stocks = loms.table(
  'stocks',
  {
    sku: bigint({ mode: 'bigint' }).primaryKey(),
    totalCount: bigint('total_count', { mode: 'bigint' }).notNull(),
    reserved: bigint({ mode: 'bigint' }).notNull(),
    /** Raised by each change; the cache tells older stocks by it. */
    version: bigint({ mode: 'bigint' })
      .notNull()
      .default(sql`0`),
  },
  () => [check('stocks_not_negative', sql`total_count >= 0 AND reserved >= 0`)],
);

export const { status: outboxStatus, outbox, failed: outboxFailed } = defineOutbox(loms);

export const idempotencyKeys = defineIdempotencyKeys(loms);

export const timers = defineTimers(loms);
