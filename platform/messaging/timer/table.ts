import { sql } from 'drizzle-orm';
import { index, integer, jsonb, primaryKey, text, type PgSchema } from 'drizzle-orm/pg-core';
import { moment } from '../../database/columns.ts';

/**
 * Defines the timers of a service's schema: one row per piece of work that is still to be done, deleted when it
 * is done. Kind and key identify a timer; all times are the database's.
 */
export const defineTimers = <Name extends string>(schema: PgSchema<Name>) =>
  schema.table(
    'timers',
    {
      kind: text().notNull(),
      key: text().notNull(),
      dueAt: moment('due_at').notNull(),
      payload: jsonb().notNull(),
      /** How many tries have failed. */
      attempts: integer().notNull().default(0),
      lastError: text('last_error'),
      createdAt: moment('created_at')
        .notNull()
        .default(sql`clock_timestamp()`),
    },
    (row) => [
      primaryKey({ columns: [row.kind, row.key] }),
      index('timers_due').on(row.kind, row.dueAt),
    ],
  );
