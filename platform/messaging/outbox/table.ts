import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  smallint,
  text,
  uuid,
  type PgSchema,
} from 'drizzle-orm/pg-core';
import { moment } from '../../database/columns.ts';
import { longestKey } from './event.ts';
import { hasError, isToBeSent, isWaiting } from './row-states.ts';

export interface OutboxOptions {
  /** Whether the events of a key are found by an index, for a service that shows them to its callers. */
  hasKeyIndex?: boolean;
}

/**
 * Defines the outbox of a service's schema, which has the same shape everywhere. The migration adds what
 * Drizzle cannot express: range partitions by day on the UUID v7 id (docs/decisions/0004).
 */
export const defineOutbox = <Name extends string>(
  schema: PgSchema<Name>,
  { hasKeyIndex = false }: OutboxOptions = {},
) => {
  const status = schema.enum('outbox_status', ['CREATED', 'PROCESSING', 'COMPLETED', 'FAILED']);
  // The builders are created for each table, because Drizzle binds them to it.
  const columns = () => ({
    id: uuid().primaryKey(),
    topic: text().notNull(),
    key: text().notNull(),
    sequence: bigint({ mode: 'bigint' }).notNull(),
    eventType: text('event_type').notNull(),
    payload: jsonb().notNull(),
    headers: jsonb().notNull(),
    bucket: smallint().notNull(),
    isWaiting: boolean('is_waiting').notNull().default(false),
    status: status().notNull().default('CREATED'),
    error: text(),
    attempts: integer().notNull().default(0),
    lastAttemptAt: moment('last_attempt_at'),
    createdAt: moment('created_at').notNull(),
    sentAt: moment('sent_at'),
    partition: integer(),
    offset: bigint({ mode: 'bigint' }),
  });
  const seq = () => bigint({ mode: 'bigint' }).notNull();
  const outbox = schema.table(
    'outbox',
    { ...columns(), seq: seq().generatedAlwaysAsIdentity({ cache: 1 }) },
    (row) => [
      index('outbox_unsent').on(row.bucket, row.seq).where(sql.raw(isToBeSent)),
      // This index is separate from that of FAILED rows, because very many rows of a blocked key may wait.
      index('outbox_waiting').on(row.bucket, row.topic, row.key).where(sql.raw(isWaiting)),
      index('outbox_failures').on(row.bucket, row.topic, row.key).where(sql.raw(hasError)),
      // This is for rows that others write by plain SQL. Postgres counts code points, which are never more than
      // the characters that the writer counts.
      check('outbox_key_length', sql.raw(`char_length(key) BETWEEN 1 AND ${longestKey}`)),
      ...(hasKeyIndex ? [index('outbox_key').on(row.key)] : []),
    ],
  );
  /**
   * Rows that left the outbox unsent: FAILED ones whose day was dropped, which go on blocking their key, and
   * discarded ones (`discarded_at` is set), which block nothing.
   */
  const failed = schema.table(
    'outbox_failed',
    {
      ...columns(),
      seq: seq(),
      movedAt: moment('moved_at').notNull(),
      discardedAt: moment('discarded_at'),
      discardedBy: text('discarded_by'),
      discardReason: text('discard_reason'),
    },
    (row) => [
      index('outbox_failed_blocking')
        .on(row.topic, row.key)
        .where(sql`discarded_at IS NULL`),
    ],
  );
  return { status, outbox, failed };
};
