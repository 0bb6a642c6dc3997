import { boolean, integer, jsonb, pgSchema, text, uuid } from 'drizzle-orm/pg-core';
import { moment } from '#platform/database/columns.ts';
import { bytea } from '#platform/serving/idempotency/table.ts';

export const ops = pgSchema('ops');

/** What operators did: written in the transaction of the change and never updated. */
export const operations = ops.table('operations', {
  /** UUID v7, in the order of time. */
  id: uuid().primaryKey(),
  at: moment('at').notNull(),
  actor: text().notNull(),
  operation: text().notNull(),
  source: text().notNull(),
  /** The arguments of the request. */
  arguments: jsonb().notNull(),
  affectedRows: integer('affected_rows').notNull(),
  dryRun: boolean('dry_run').notNull(),
  outcome: text().notNull(),
  /** The UUID that the caller chose, so that a second call with it changes nothing. */
  requestId: uuid('request_id').unique(),
  /** SHA-256 of the request that had this id first. */
  requestHash: bytea('request_hash'),
  /** What the operation changed, within the limits of a batch: the answer to the request comes from it. */
  changed: jsonb(),
});

/** Causes of `ListStuck` that an operator ignores for a while; one whose time is over stays until it is ignored again. */
export const ignored = ops.table('ignored', {
  /** As `ListStuck` names the cause. */
  cause: text().primaryKey(),
  until: moment('until').notNull(),
  by: text('ignored_by').notNull(),
  reason: text().notNull(),
});
