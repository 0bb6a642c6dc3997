import { sql } from 'drizzle-orm';
import { customType, index, jsonb, primaryKey, text, type PgSchema } from 'drizzle-orm/pg-core';
import { moment } from '../../database/columns.ts';

/** A column of bytes, e.g. for the hash of a request. */
export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

/**
 * Defines the idempotency keys of a service's schema: one row per answer that is repeated to whoever sends
 * the same key again. A row is inserted in the statement that makes the change, and is never updated.
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
