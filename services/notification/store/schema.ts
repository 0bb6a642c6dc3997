import { pgSchema } from 'drizzle-orm/pg-core';
import { defineInbox } from '#platform/messaging/inbox/table.ts';

export const notification = pgSchema('notification');

export const {
  inboxOutcome,
  inbox,
  inboxPositions,
  inboxHeldPartitions,
  inboxParkedKeys,
  inboxParked,
  inboxDeadLetters,
} = defineInbox(notification);
