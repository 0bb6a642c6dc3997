import { sql } from 'drizzle-orm';
import {
  bigint,
  check,
  index,
  integer,
  primaryKey,
  text,
  uuid,
  type PgSchema,
} from 'drizzle-orm/pg-core';
import { moment } from '../../database/columns.ts';
import { message, now, place } from './columns.ts';

/** Why a message is not tried again: it cannot be read, or those after it have been handled long ago. */
export const hopelessReasons = ['poison', 'late'] as const;
export type HopelessReason = (typeof hopelessReasons)[number];

const isOpen = sql`redriven_at IS NULL AND discarded_at IS NULL`;

/** The tables for what could not be handled at once. */
export const defineParking = <Name extends string>(schema: PgSchema<Name>) => {
  const inboxParkedKeys = defineParkedKeys(schema);

  /** The messages of parked keys, by `id` in the order in which they came. */
  const inboxParked = schema.table(
    'inbox_parked',
    {
      id: bigint({ mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
      eventId: uuid('event_id').notNull(),
      ...place(),
      ...message(),
      /** How often it was tried without success. */
      attempts: integer().notNull().default(0),
      /** It is not tried again: the next thing is its dead letter. */
      hopelessReason: text('hopeless_reason', { enum: hopelessReasons }),
      error: text(),
      lastAttemptAt: moment('last_attempt_at'),
      /** Its dead letter was published and its key is blocked. */
      deadAt: moment('dead_at'),
      parkedAt: moment('parked_at').notNull().default(now),
    },
    (row) => [
      index('inbox_parked_key').on(row.consumer, row.topic, row.key, row.id),
      check('inbox_parked_hopeless_reason', sql`hopeless_reason IN ('poison', 'late')`),
    ],
  );

  /** What was given up, after its dead letter was published; kept so that it can be redriven. */
  const inboxDeadLetters = schema.table(
    'inbox_dead_letters',
    {
      eventId: uuid('event_id').notNull(),
      ...place(),
      ...message(),
      attempts: integer().notNull(),
      error: text().notNull(),
      failedAt: moment('failed_at').notNull(),
      redrivenAt: moment('redriven_at'),
      redrivenBy: text('redriven_by'),
      discardedAt: moment('discarded_at'),
      discardedBy: text('discarded_by'),
      discardReason: text('discard_reason'),
    },
    (row) => [
      primaryKey({ columns: [row.consumer, row.eventId] }),
      index('inbox_dead_letters_key').on(row.key),
      // for operators: few rows, however many were redriven since
      index('inbox_dead_letters_open').on(row.failedAt, row.consumer, row.eventId).where(isOpen),
      // the same by consumer: that one with very many hides those of no other
      index('inbox_dead_letters_open_of').on(row.consumer, row.topic).where(isOpen),
    ],
  );
  return { inboxParkedKeys, inboxParked, inboxDeadLetters };
};

/** Keys whose messages wait; `due_at` is when the first of them is tried. */
const defineParkedKeys = <Name extends string>(schema: PgSchema<Name>) =>
  schema.table(
    'inbox_parked_keys',
    {
      consumer: text().notNull(),
      topic: text().notNull(),
      key: text().notNull(),
      dueAt: moment('due_at').notNull(),
      parkedAt: moment('parked_at').notNull().default(now),
      /** Since when the first of its messages is to become a dead letter that is not written yet. */
      letterSince: moment('letter_since'),
      /** When that letter may be sent next; while it is being sent, until when the sender has it to itself. */
      letterDueAt: moment('letter_due_at'),
      /** Why it could not be written the last time. */
      letterError: text('letter_error'),
    },
    (row) => [
      primaryKey({ columns: [row.consumer, row.topic, row.key] }),
      index('inbox_parked_keys_due').on(row.consumer, row.dueAt),
      // for operators: which has waited longest, and which are blocked, however many there are. Without the topic: as
      // long as there are no statistics the planner would take it for as good a way to a key as the primary key
      index('inbox_parked_keys_parked').on(row.consumer, row.parkedAt),
      index('inbox_parked_keys_blocked')
        .on(row.consumer, row.topic)
        .where(sql`due_at = 'infinity' AND letter_since IS NULL`),
      index('inbox_parked_keys_letter')
        .on(row.consumer, row.topic, row.letterSince)
        .where(sql`letter_since IS NOT NULL`),
    ],
  );
