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

/** One row for each running publisher. The epoch is its identity: a stalled one that joins again gets a new one. */
export const members = publisher.table('members', {
  epoch: bigint({ mode: 'bigint' }).primaryKey().generatedAlwaysAsIdentity(),
  /** For people: host and process. */
  id: text().notNull(),
  sources: text().array().notNull(),
  joinedAt: moment('joined_at').notNull().defaultNow(),
  seenAt: moment('seen_at').notNull(),
  expiresAt: moment('expires_at').notNull(),
});

/**
 * Who publishes a bucket of a source; no owner: free to be claimed. The foreign key is the take-over:
 * ending a member's epoch (deleting its row) frees what it owns, including what it claimed a moment ago.
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
 * What a member could not write the last time that it tried: events of other partitions go on. For operators; no
 * publisher acts by it. It ends with the epoch: who takes over finds out anew.
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
    /** The broker that leads it, where that is known. */
    broker: text(),
    error: text().notNull(),
    /** How often it was tried without success. */
    attempts: integer().notNull(),
    since: moment('since').notNull(),
    triedAt: moment('tried_at').notNull(),
  },
  (row) => [primaryKey({ columns: [row.epoch, row.source, row.topic, row.partition] })],
);
