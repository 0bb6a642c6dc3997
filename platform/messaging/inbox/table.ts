import { index, primaryKey, text, uuid, bigint, type PgSchema } from 'drizzle-orm/pg-core';
import { moment } from '../../database/columns.ts';
import { now, place } from './columns.ts';
import { defineHeldPartitions } from './held-table.ts';
import { defineParking } from './parking-table.ts';

/**
 * The inbox of a service's schema, the same shape everywhere. The migration adds by hand what Drizzle cannot
 * say: `PARTITION BY RANGE (event_id)` after the table `inbox`, whose days are made and dropped like the
 * outbox's. Everything is remembered by consumer: two consumers of a service do not know of each other.
 */
export const defineInbox = <Name extends string>(schema: PgSchema<Name>) => {
  const inboxOutcome = schema.enum('inbox_outcome', ['HANDLED', 'PARKED', 'DEAD', 'DISCARDED']);
  /** A row for each message that was accepted, by its event id: what stands here is never handled again. */
  const inbox = schema.table(
    'inbox',
    {
      eventId: uuid('event_id').notNull(),
      ...place(),
      outcome: inboxOutcome().notNull().default('HANDLED'),
      takenAt: moment('taken_at').notNull().default(now),
    },
    (row) => [primaryKey({ columns: [row.eventId, row.consumer] }), index('inbox_key').on(row.key)],
  );

  /** The highest sequence that was accepted. Its row lock makes the messages of a key take turns. */
  const inboxPositions = schema.table(
    'inbox_positions',
    {
      consumer: text().notNull(),
      topic: text().notNull(),
      key: text().notNull(),
      source: text().notNull(),
      sequence: bigint({ mode: 'bigint' }).notNull(),
      /** What it was before the last message: the statement that moves it can tell it on any Postgres. */
      previous: bigint({ mode: 'bigint' }),
    },
    (row) => [primaryKey({ columns: [row.consumer, row.topic, row.key, row.source] })],
  );

  return {
    inboxOutcome,
    inbox,
    inboxPositions,
    ...defineHeldPartitions(schema),
    ...defineParking(schema),
  };
};
