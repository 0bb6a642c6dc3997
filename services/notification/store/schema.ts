import { pgSchema } from 'drizzle-orm/pg-core';
import { defineInbox } from '#platform/inbox/table.ts';

export const notification = pgSchema('notification');

export const {
  outcome: inboxOutcome,
  inbox,
  positions: inboxPositions,
  parkedKeys: inboxParkedKeys,
  parked: inboxParked,
  deadLetters: inboxDeadLetters,
} = defineInbox(notification);
