import {
  bigint,
  integer,
  pgSchema,
  primaryKey,
  smallint,
  text,
  timestamp,
} from 'drizzle-orm/pg-core';

export const publisher = pgSchema('publisher');

const moment = (name: string) => timestamp(name, { withTimezone: true });

/**
 * One row per running publisher. The epoch is its identity: a stalled one that joins again gets a new one.
 */
export const members = publisher.table('members', {
  epoch: bigint({ mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
  /** For people: host and process id. */
  id: text().notNull(),
  sources: text().array().notNull(),
  joinedAt: moment('joined_at').notNull().defaultNow(),
  seenAt: moment('seen_at').notNull(),
  expiresAt: moment('expires_at').notNull(),
});

/**
 * Which member publishes a bucket of a source; a bucket without an owner may be claimed. The foreign key
 * implements the take-over: ending a member's epoch (deleting its row) frees all it owns, including what it
 * claimed a moment ago.
 */
export const buckets = publisher.table(
  'buckets',
  {
    source: text().notNull(),
    bucket: smallint().notNull(),
    owner: bigint({ mode: 'bigint' }).references(() => members.epoch, { onDelete: 'set null' }),
    claimedAt: moment('claimed_at'),
  },
  (row) => [primaryKey({ columns: [row.source, row.bucket] })],
);

/**
 * Partitions that a member could not write the last time it tried, while events of other partitions are sent.
 * For operators only. The rows end with the epoch, because the successor finds out for itself.
 */
export const unwritablePartitions = publisher.table(
  'unwritable_partitions',
  {
    epoch: bigint({ mode: 'bigint' })
      .notNull()
      .references(() => members.epoch, { onDelete: 'cascade' }),
    source: text().notNull(),
    topic: text().notNull(),
    partition: integer().notNull(),
    /** The leader of the partition, when known. */
    broker: text(),
    error: text().notNull(),
    /** How many tries have failed. */
    attempts: integer().notNull(),
    since: moment('since').notNull(),
    triedAt: moment('tried_at').notNull(),
  },
  (row) => [primaryKey({ columns: [row.epoch, row.source, row.topic, row.partition] })],
);
