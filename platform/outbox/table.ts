import { sql } from 'drizzle-orm';
import {
  bigint,
  index,
  integer,
  jsonb,
  smallint,
  text,
  timestamp,
  uuid,
  type PgSchema,
} from 'drizzle-orm/pg-core';

/**
 * The outbox of a service's schema, the same shape everywhere. The migration adds by hand what Drizzle
 * cannot say: range partitions by day on the UUID v7 id (docs/decisions/0004).
 */
export const defineOutbox = <Name extends string>(schema: PgSchema<Name>) => {
  const status = schema.enum('outbox_status', ['CREATED', 'PROCESSING', 'COMPLETED', 'FAILED']);
  const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });
  const outbox = schema.table(
    'outbox',
    {
      id: uuid().primaryKey(),
      topic: text().notNull(),
      key: text().notNull(),
      sequence: bigint({ mode: 'bigint' }).notNull(),
      eventType: text('event_type').notNull(),
      payload: jsonb().notNull(),
      headers: jsonb().notNull(),
      bucket: smallint().notNull(),
      status: status().notNull().default('CREATED'),
      error: text(),
      attempts: integer().notNull().default(0),
      lastAttemptAt: moment('last_attempt_at'),
      createdAt: moment('created_at').notNull(),
      sentAt: moment('sent_at'),
      partition: integer(),
      offset: bigint({ mode: 'bigint' }),
      seq: bigint({ mode: 'bigint' }).notNull().generatedAlwaysAsIdentity({ cache: 1 }),
    },
    (row) => [
      index('outbox_unsent')
        .on(row.bucket, row.seq)
        .where(sql`sent_at IS NULL AND error IS NULL`),
      index('outbox_blocked')
        .on(row.bucket, row.topic, row.key)
        .where(sql`sent_at IS NULL AND error IS NOT NULL`),
    ],
  );
  return { status, outbox };
};
