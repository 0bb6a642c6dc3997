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

/** Why a message is not tried again: it cannot be read, or later ones of its key were accepted before it. */
export const hopelessReasons = ['poison', 'late'] as const;
export type HopelessReason = (typeof hopelessReasons)[number];

const isOpen = sql`redriven_at IS NULL AND discarded_at IS NULL`;

/** Defines the tables of parked keys, parked messages and dead letters. */
export const defineParking = <Name extends string>(schema: PgSchema<Name>) => {
  const inboxParkedKeys = defineParkedKeys(schema);

  /** The messages of parked keys; `id` has the order in which they were parked. */
  const inboxParked = schema.table(
    'inbox_parked',
    {
      id: bigint({ mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
      eventId: uuid('event_id').notNull(),
      ...place(),
      ...message(),
      /** How many tries have failed. */
      attempts: integer().notNull().default(0),
      /** Why it is not tried again and becomes a dead letter; null if it is tried. */
      hopelessReason: text('hopeless_reason', { enum: hopelessReasons }),
      error: text(),
      lastAttemptAt: moment('last_attempt_at'),
      /** When its dead letter was published, if it blocks its key. */
      deadAt: moment('dead_at'),
      parkedAt: moment('parked_at').notNull().default(now),
    },
    (row) => [
      index('inbox_parked_key').on(row.consumer, row.topic, row.key, row.id),
      check('inbox_parked_hopeless_reason', sql`hopeless_reason IN ('poison', 'late')`),
    ],
  );

  /** The messages that were given up and whose dead letters were published; kept so that they can be redriven. */
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
      // For operators: a partial index stays small, however many dead letters were redriven or discarded.
      index('inbox_dead_letters_open').on(row.failedAt, row.consumer, row.eventId).where(isOpen),
      // The same by consumer, so that a consumer with very many does not hide those of another.
      index('inbox_dead_letters_open_of').on(row.consumer, row.topic).where(isOpen),
    ],
  );
  return { inboxParkedKeys, inboxParked, inboxDeadLetters };
};

/** Defines the table of keys whose messages wait; `due_at` is when the first message of the key is tried. */
const defineParkedKeys = <Name extends string>(schema: PgSchema<Name>) =>
  schema.table(
    'inbox_parked_keys',
    {
      consumer: text().notNull(),
      topic: text().notNull(),
      key: text().notNull(),
      dueAt: moment('due_at').notNull(),
      parkedAt: moment('parked_at').notNull().default(now),
      /** Since when the dead letter of its first message waits to be sent; null if there is none. */
      letterSince: moment('letter_since'),
      /** When that letter may be sent; while a process is sending it, when the claim of that process expires. */
      letterDueAt: moment('letter_due_at'),
      /** Why the last attempt to send it failed. */
      letterError: text('letter_error'),
    },
    (row) => [
      primaryKey({ columns: [row.consumer, row.topic, row.key] }),
      index('inbox_parked_keys_due').on(row.consumer, row.dueAt),
      // For operators: this index and the next find the longest-waiting and the blocked keys among very many. This one
      // omits the topic, because without statistics the planner would use it like the primary key.
      index('inbox_parked_keys_parked').on(row.consumer, row.parkedAt),
      index('inbox_parked_keys_blocked')
        .on(row.consumer, row.topic)
        .where(sql`due_at = 'infinity' AND letter_since IS NULL`),
      index('inbox_parked_keys_letter')
        .on(row.consumer, row.topic, row.letterSince)
        .where(sql`letter_since IS NOT NULL`),
    ],
  );
