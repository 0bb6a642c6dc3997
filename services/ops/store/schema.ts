import { boolean, integer, jsonb, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core';

export const ops = pgSchema('ops');

/** What operators did: written in the transaction of the change, never changed afterwards. */
export const operations = ops.table('operations', {
  /** UUID v7: in the order of time. */
  id: uuid().primaryKey(),
  at: timestamp({ withTimezone: true, precision: 3 }).notNull(),
  actor: text().notNull(),
  operation: text().notNull(),
  source: text().notNull(),
  /** What was asked for. */
  arguments: jsonb().notNull(),
  affectedRows: integer('affected_rows').notNull(),
  dryRun: boolean('dry_run').notNull(),
  outcome: text().notNull(),
});
