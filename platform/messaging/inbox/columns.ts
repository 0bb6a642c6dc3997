import { sql } from 'drizzle-orm';
import { bigint, customType, integer, jsonb, text } from 'drizzle-orm/pg-core';

export const now = sql`clock_timestamp()`;

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

// These functions create new builders for each table, because Drizzle binds a builder to its table.

/** The consumer, the position of the message in Kafka, and its attributes. */
export const place = () => ({
  consumer: text().notNull(),
  topic: text().notNull(),
  key: text().notNull(),
  source: text(),
  sequence: bigint({ mode: 'bigint' }),
  eventType: text('event_type'),
  partition: integer().notNull(),
  offset: bigint({ mode: 'bigint' }).notNull(),
});

/** The message as it was received. */
export const message = () => ({
  keyBytes: bytes('key_bytes'),
  value: bytes(),
  headers: jsonb().notNull(),
});
