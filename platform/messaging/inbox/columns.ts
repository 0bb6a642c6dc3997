import { sql } from 'drizzle-orm';
import { bigint, customType, integer, jsonb, text } from 'drizzle-orm/pg-core';

export const now = sql`clock_timestamp()`;

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

// made anew for each table: Drizzle binds a builder to the one that it stands in

/** Whose message it is, where it stood, and what it said of itself. */
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

/** The message as it came. */
export const message = () => ({
  keyBytes: bytes('key_bytes'),
  value: bytes(),
  headers: jsonb().notNull(),
});
