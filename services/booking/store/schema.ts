import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  index,
  pgSchema,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { moment } from '#platform/database/columns.ts';
import { defineInbox } from '#platform/messaging/inbox/table.ts';
import { defineOutbox } from '#platform/messaging/outbox/table.ts';
import { defineTimers } from '#platform/messaging/timer/table.ts';
import { defineIdempotencyKeys } from '#platform/serving/idempotency/table.ts';

export const booking = pgSchema('booking');

export const orderStatus = booking.enum('order_status', [
  'CREATED',
  'PAYMENT_AUTHORIZED',
  'TICKET_ISSUED',
  'CANCELLED',
  'REFUND_PENDING',
  'REFUNDED',
]);

/** The users who may order. */
export const users = booking.table('users', { userId: uuid('user_id').primaryKey() });

const flight = () => ({
  origin: text().notNull(),
  destination: text().notNull(),
  /** YYYY-MM-DD and HH:MM, UTC. */
  flightDate: text('flight_date').notNull(),
  flightTime: text('flight_time').notNull(),
  airline: text().notNull(),
});

export const orders = booking.table(
  'orders',
  {
    /** UUID v7: newer orders have greater ids. */
    orderId: uuid('order_id').primaryKey(),
    userId: uuid('user_id').notNull(),
    status: orderStatus().notNull(),
    amountMinor: bigint('amount_minor', { mode: 'bigint' }).notNull(),
    ...flight(),
    quoteId: uuid('quote_id'),
    /** Why it was cancelled or is refunded. */
    reason: text(),
    /** How many facts are known of it; the next one gets this number plus one. */
    sequence: bigint({ mode: 'bigint' }).notNull(),
    /** How many of them are its own events. */
    eventCount: bigint('event_count', { mode: 'bigint' }).notNull(),
    /** Since when it counts as stuck: its saga has not ended in time. */
    stuckSince: moment('stuck_since'),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  (row) => [
    index('orders_of_user').on(row.userId, row.orderId),
    index('orders_of_status').on(row.status, row.orderId),
    index('orders_stuck')
      .on(row.orderId)
      .where(sql`stuck_since IS NOT NULL`),
    check('orders_amount_positive', sql`amount_minor > 0`),
  ],
);

/** What is known to have happened to an order, in the order in which this service learned of it: an event a row. */
export const facts = booking.table(
  'facts',
  {
    orderId: uuid('order_id').notNull(),
    sequence: bigint({ mode: 'bigint' }).notNull(),
    eventId: uuid('event_id').notNull(),
    type: text().notNull(),
    /** Why, for those that refuse or undo something. */
    reason: text(),
    /** How the order ends, for a refund. */
    outcome: text(),
    occurredAt: moment('occurred_at').notNull(),
  },
  (row) => [
    primaryKey({ columns: [row.orderId, row.sequence] }),
    uniqueIndex('facts_once').on(row.orderId, row.type),
  ],
);

/** Prices that were offered, with the flight that they are for. */
export const quotes = booking.table(
  'quotes',
  {
    /** UUID v7, whose time is that of the quote. */
    quoteId: uuid('quote_id').primaryKey(),
    ...flight(),
    amountMinor: bigint('amount_minor', { mode: 'bigint' }).notNull(),
    validUntil: moment('valid_until').notNull(),
  },
  (row) => [index('quotes_ended').on(row.validUntil)],
);

/**
 * The days of reports, with how far each is: a row a day and run. Whoever holds the row's lock gathers the day's next
 * orders and moves the position in the same transaction.
 */
export const reportDays = booking.table(
  'report_days',
  {
    runId: uuid('run_id').notNull(),
    /** YYYY-MM-DD, UTC. */
    day: text().notNull(),
    /** The id of the last order that was gathered; before the first one, the least that the day can have. */
    afterId: uuid('after_id').notNull(),
    /** The least id of the next day. */
    endId: uuid('end_id').notNull(),
    /** How many orders were gathered. */
    orders: bigint({ mode: 'bigint' }).notNull(),
    createdAt: moment('created_at').notNull(),
    /** When the day was complete. */
    doneAt: moment('done_at'),
  },
  (row) => [
    primaryKey({ columns: [row.runId, row.day] }),
    index('report_days_open')
      .on(row.runId, row.day)
      .where(sql`done_at IS NULL`),
    index('report_days_created').on(row.createdAt),
  ],
);

/** Orders as reports show them, as they were when a report last gathered them. */
export const reportOrders = booking.table('report_orders', {
  orderId: uuid('order_id').primaryKey(),
  userId: uuid('user_id').notNull(),
  status: text().notNull(),
  amountMinor: bigint('amount_minor', { mode: 'bigint' }).notNull(),
  ...flight(),
  reason: text(),
  /** That of the order: a row with a greater one is newer. */
  sequence: bigint({ mode: 'bigint' }).notNull(),
  createdAt: moment('created_at').notNull(),
  updatedAt: moment('updated_at').notNull(),
  authorizedAt: moment('authorized_at'),
  issuedAt: moment('issued_at'),
});

export const {
  status: outboxStatus,
  outbox,
  failed: outboxFailed,
} = defineOutbox(booking, { hasKeyIndex: true });

export const timers = defineTimers(booking);

export const {
  inboxOutcome,
  inbox,
  inboxPositions,
  inboxHeldPartitions,
  inboxParkedKeys,
  inboxParked,
  inboxDeadLetters,
} = defineInbox(booking);

export const idempotencyKeys = defineIdempotencyKeys(booking);
