import { bigint, integer, pgSchema, uuid } from 'drizzle-orm/pg-core';
import { moment } from '#platform/database/columns.ts';
import { defineInbox } from '#platform/messaging/inbox/table.ts';
import { defineOutbox } from '#platform/messaging/outbox/table.ts';
import { defineTimers } from '#platform/messaging/timer/table.ts';

export const assembly = pgSchema('assembly');

export const buildStatus = assembly.enum('build_status', ['BUILDING', 'COMPLETED']);

/** One row per paid order. */
export const builds = assembly.table('builds', {
  orderId: uuid('order_id').primaryKey(),
  userId: uuid('user_id').notNull(),
  buildTimeSec: integer('build_time_sec').notNull(),
  status: buildStatus().notNull(),
  /** How many events the build has emitted. */
  sequence: bigint({ mode: 'bigint' }).notNull(),
  startedAt: moment('started_at').notNull(),
  dueAt: moment('due_at').notNull(),
  completedAt: moment('completed_at'),
});

export const { status: outboxStatus, outbox, failed: outboxFailed } = defineOutbox(assembly);

export const timers = defineTimers(assembly);

export const {
  inboxOutcome,
  inbox,
  inboxPositions,
  inboxHeldPartitions,
  inboxParkedKeys,
  inboxParked,
  inboxDeadLetters,
} = defineInbox(assembly);
