import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  integer,
  pgSchema,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { moment } from '#platform/database/columns.ts';
import { defineInbox } from '#platform/messaging/inbox/table.ts';
import { defineOutbox } from '#platform/messaging/outbox/table.ts';

export const ticket = pgSchema('ticket');

/** How flights of a route are sold. A flight without a rule has the default capacity, and is sold until it departs. */
export const flightRules = ticket.table(
  'flight_rules',
  {
    from: text().notNull(),
    to: text().notNull(),
    airline: text().notNull(),
    capacity: integer().notNull(),
    /** How long before the departure the sale ends. */
    salesEndMinutes: integer('sales_end_minutes').notNull(),
  },
  (row) => [
    primaryKey({ columns: [row.from, row.to, row.airline] }),
    check('flight_rules_positive', sql`capacity > 0 AND sales_end_minutes >= 0`),
  ],
);

/**
 * One row a flight for which a ticket was asked, by the rule of that time; whoever issues a ticket for it locks the row.
 * What is sold is counted in `tickets`.
 */
export const flights = ticket.table(
  'flights',
  {
    /** e.g. `SVO-LED-2026-12-01T10:30-SU`. */
    flight: text().primaryKey(),
    departsAt: moment('departs_at').notNull(),
    salesEndAt: moment('sales_end_at').notNull(),
    capacity: integer().notNull(),
  },
  () => [check('flights_capacity_positive', sql`capacity > 0`)],
);

export const ticketStatus = ticket.enum('ticket_status', ['ISSUED', 'REJECTED', 'CANCELLED']);

/** One row an order. Cancelled without a seat: it was never issued, and a payment that comes later buys none. */
export const tickets = ticket.table(
  'tickets',
  {
    orderId: uuid('order_id').primaryKey(),
    status: ticketStatus().notNull(),
    ticketId: uuid('ticket_id'),
    flight: text().references(() => flights.flight),
    seat: integer(),
    /** Why it was refused. */
    reason: text(),
    /** How many events of the order this service has emitted. */
    eventCount: bigint('event_count', { mode: 'bigint' }).notNull(),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  (row) => [
    uniqueIndex('tickets_seats_taken')
      .on(row.flight, row.seat)
      .where(sql`status = 'ISSUED'`),
    check('tickets_seat_positive', sql`seat > 0`),
    check(
      'tickets_whole',
      sql`CASE status
          WHEN 'ISSUED' THEN num_nulls(ticket_id, flight, seat) = 0
          WHEN 'REJECTED' THEN num_nonnulls(ticket_id, seat) = 0 AND reason IS NOT NULL
          ELSE num_nonnulls(ticket_id, seat) IN (0, 2) END`,
    ),
  ],
);

export const {
  status: outboxStatus,
  outbox,
  failed: outboxFailed,
} = defineOutbox(ticket, { hasKeyIndex: true });

export const {
  inboxOutcome,
  inbox,
  inboxPositions,
  inboxHeldPartitions,
  inboxParkedKeys,
  inboxParked,
  inboxDeadLetters,
} = defineInbox(ticket);
