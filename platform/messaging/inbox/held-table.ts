import { bigint, integer, primaryKey, text, type PgSchema } from 'drizzle-orm/pg-core';
import { moment } from '../../database/columns.ts';
import { now } from './columns.ts';

/**
 * The partitions that consumers cannot go on with, as the member that has each of them found it the last time.
 * For operators: no consumer acts by it. Whoever is assigned a partition writes its row, or removes it.
 */
export const defineHeldPartitions = <Name extends string>(schema: PgSchema<Name>) => {
  const inboxHeldPartitions = schema.table(
    'inbox_held_partitions',
    {
      consumer: text().notNull(),
      topic: text().notNull(),
      partition: integer().notNull(),
      /** The next one to be handled. */
      offset: bigint({ mode: 'bigint' }).notNull(),
      error: text().notNull(),
      /** How often it was tried without success by the member that has it. */
      attempts: integer().notNull(),
      since: moment('since').notNull().default(now),
      triedAt: moment('tried_at').notNull().default(now),
    },
    (row) => [primaryKey({ columns: [row.consumer, row.topic, row.partition] })],
  );
  return { inboxHeldPartitions };
};
