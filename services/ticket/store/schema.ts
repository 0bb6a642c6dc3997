import { bigint, pgSchema, text, uuid } from 'drizzle-orm/pg-core';
import { moment } from '#platform/database/columns.ts';
import { defineInbox } from '#platform/messaging/inbox/table.ts';
import { defineOutbox } from '#platform/messaging/outbox/table.ts';
import { defineTimers } from '#platform/messaging/timer/table.ts';

export const ticket = pgSchema('ticket');

export const items = ticket.table('items', {
  id: uuid().primaryKey(),
  name: text().notNull().unique(),
  /** The number of events that the item has emitted. */
  sequence: bigint({ mode: 'bigint' }).notNull(),
  createdAt: moment('created_at').notNull(),
  /** When the item's own event came back from Kafka. */
  seenAt: moment('seen_at'),
});

export const { status: outboxStatus, outbox, failed: outboxFailed } = defineOutbox(ticket);

export const timers = defineTimers(ticket);

export const {
  inboxOutcome,
  inbox,
  inboxPositions,
  inboxHeldPartitions,
  inboxParkedKeys,
  inboxParked,
  inboxDeadLetters,
} = defineInbox(ticket);
