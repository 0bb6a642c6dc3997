import { sql } from 'drizzle-orm';
import { customType, index, jsonb, primaryKey, text, type PgSchema } from 'drizzle-orm/pg-core';
import { moment } from '../../database/columns.ts';

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
      createdAt: moment('created_at')
        .notNull()
        .default(sql`clock_timestamp()`),
    },
    (row) => [
      primaryKey({ columns: [row.method, row.key] }),
      index('idempotency_keys_created').on(row.createdAt),
    ],
  );
