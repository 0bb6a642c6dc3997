import { index, primaryKey, text, uuid, bigint, type PgSchema } from 'drizzle-orm/pg-core';
import { moment } from '../../database/columns.ts';
import { now, place } from './columns.ts';
import { defineHeldPartitions } from './held-table.ts';
import { defineParking } from './parking-table.ts';

/**
 * Defines the inbox of a service's schema, which has the same shape everywhere. The migration adds by hand what
 * Drizzle cannot express: `PARTITION BY RANGE (event_id)` after the table `inbox`, whose daily partitions are created
 * and dropped like those of the outbox. Rows are kept per consumer: consumers of a service do not affect each other.
 */
export const defineInbox = <Name extends string>(schema: PgSchema<Name>) => {
  const inboxOutcome = schema.enum('inbox_outcome', ['HANDLED', 'PARKED', 'DEAD', 'DISCARDED']);
  /** A row for each message that was accepted, by its event id: a message that has a row is dropped as a duplicate. */
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

  /** The highest sequence that was accepted. Its row lock serialises the transactions with messages of one key. */
  const inboxPositions = schema.table(
    'inbox_positions',
    {
      consumer: text().notNull(),
      topic: text().notNull(),
      key: text().notNull(),
      source: text().notNull(),
      sequence: bigint({ mode: 'bigint' }).notNull(),
      /** The sequence before the last update, so that the updating statement can return it on every Postgres. */
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
