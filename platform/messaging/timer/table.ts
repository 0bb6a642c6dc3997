import { sql } from 'drizzle-orm';
import { index, integer, jsonb, primaryKey, text, type PgSchema } from 'drizzle-orm/pg-core';
import { moment } from '../../database/columns.ts';

/**
 * The timers of a service's schema: a row for each thing that has yet to be done at its time, gone when it
 * is done. Kind and key name a timer; all times are the database's.
 */
export const defineTimers = <Name extends string>(schema: PgSchema<Name>) =>
  schema.table(
    'timers',
    {
      kind: text().notNull(),
      key: text().notNull(),
      dueAt: moment('due_at').notNull(),
      payload: jsonb().notNull(),
      /** How often it was tried without success. */
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
