import { sql } from 'drizzle-orm';
import {
  customType,
  index,
  jsonb,
  primaryKey,
  text,
  timestamp,
  type PgSchema,
} from 'drizzle-orm/pg-core';

/** The hash of what was asked for, for example. */
export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

/**
 * The idempotency keys of a service's schema: one row for each answer that is repeated to whoever sends
 * the same key again. A row comes into being with what it answers for, in one statement, and never changes.
 */
export const defineIdempotencyKeys = <Name extends string>(schema: PgSchema<Name>) =>
  schema.table(
    'idempotency_keys',
    {
      method: text().notNull(),
      key: text().notNull(),
      requestHash: bytea('request_hash').notNull(),
      answer: jsonb().notNull(),
      createdAt: timestamp('created_at', { withTimezone: true, precision: 3 })
        .notNull()
        .default(sql`clock_timestamp()`),
    },
    (row) => [
      primaryKey({ columns: [row.method, row.key] }),
      index('idempotency_keys_created').on(row.createdAt),
    ],
  );
