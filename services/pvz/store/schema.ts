import { sql } from 'drizzle-orm';
import { bigint, check, doublePrecision, index, pgSchema, primaryKey } from 'drizzle-orm/pg-core';
import { moment } from '#platform/database/columns.ts';
import { defineOutbox } from '#platform/messaging/outbox/table.ts';

export const pvz = pgSchema('pvz');

export const orderStatus = pvz.enum('order_status', [
  'accepted',
  'issued',
  'returned_by_client',
  'returned_to_courier',
]);

export const packaging = pvz.enum('packaging', [
  'none',
  'bag',
  'box',
  'film',
  'bag+film',
  'box+film',
]);

const id = (name: string) => bigint(name, { mode: 'bigint' });

/** One row an order. Deleted ones (`returned_to_courier`) stay: an id is accepted once. */
export const orders = pvz.table(
  'orders',
  {
    orderId: id('order_id').primaryKey(),
    userId: id('user_id').notNull(),
    status: orderStatus().notNull(),
    expiresAt: moment('expires_at').notNull(),
    packaging: packaging().notNull(),
    /** In kilograms. */
    weight: doublePrecision().notNull(),
    priceMinor: id('price_minor').notNull(),
    acceptedAt: moment('accepted_at').notNull(),
    /** When it took its status. */
    changedAt: moment('changed_at').notNull(),
    /** How many changes it has had; the next one, and its event, get this plus one. */
    sequence: id('sequence').notNull(),
  },
  (row) => [
    index('orders_of_user').on(row.userId, row.acceptedAt, row.orderId),
    index('orders_returned')
      .on(row.changedAt, row.orderId)
      .where(sql`status = 'returned_by_client'`),
    check('orders_weight_positive', sql`weight > 0`),
    check('orders_price_positive', sql`price_minor > 0`),
  ],
);

/** Every change of every order, written together with the order. */
export const orderChanges = pvz.table(
  'order_changes',
  {
    orderId: id('order_id').notNull(),
    sequence: id('sequence').notNull(),
    userId: id('user_id').notNull(),
    status: orderStatus().notNull(),
    changedAt: moment('changed_at').notNull(),
  },
  (row) => [
    primaryKey({ columns: [row.orderId, row.sequence] }),
    index('order_changes_by_time').on(row.changedAt, row.orderId, row.sequence),
  ],
);

export const { status: outboxStatus, outbox, failed: outboxFailed } = defineOutbox(pvz);
