import { bigint, integer, primaryKey, text, type PgSchema } from 'drizzle-orm/pg-core';
import { moment } from '../../database/columns.ts';
import { now } from './columns.ts';

/**
 * Defines the table of held partitions, for operators; consumers do not read it. The member to which a partition
 * is assigned writes its row after each try, and deletes it when the partition has gone on.
 */
export const defineHeldPartitions = <Name extends string>(schema: PgSchema<Name>) => {
  const inboxHeldPartitions = schema.table(
    'inbox_held_partitions',
    {
      consumer: text().notNull(),
      topic: text().notNull(),
      partition: integer().notNull(),
      /** The next offset to be handled. */
      offset: bigint({ mode: 'bigint' }).notNull(),
      error: text().notNull(),
      /** How many tries of the member that holds it have failed. */
      attempts: integer().notNull(),
      since: moment('since').notNull().default(now),
      triedAt: moment('tried_at').notNull().default(now),
    },
    (row) => [primaryKey({ columns: [row.consumer, row.topic, row.partition] })],
  );
  return { inboxHeldPartitions };
};
