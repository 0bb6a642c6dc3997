import type { Pool } from '#platform/database/pool.ts';
import { openTestPool } from '../test-pool.ts';
import { createTestDatabase, type TestDatabase } from '../engines/database.ts';

export interface UnsentRows {
  topic: string;
  bucket: number;
  count: number;
  ageSeconds: number;
}

export interface OutboxFixture {
  readonly database: TestDatabase;
  /** The pool of loms, which owns the outbox. */
  readonly owner: Pool;
  /** The pool of the role that reads it. */
  readonly reader: Pool;
  /** Inserts rows that have not been sent. */
  insert(rows: UnsentRows): Promise<unknown>;
  close(): Promise<void>;
}

/**
 * Keeps autovacuum away from the outbox of loms: a test that counts the blocks that statements touch would count its
 * blocks, too. The pool is that of the owner or of an administrator.
 */
export const stopAutovacuum = (owner: Pool): Promise<unknown> =>
  owner.query(`DO $$
    DECLARE part regclass;
    BEGIN
      FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'loms.outbox'::regclass LOOP
        EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', part);
      END LOOP;
    END $$`);

/** Opens the outbox of loms on a database of its own, with a pool for the role that reads it. */
export const openOutboxFixture = async (role: 'publisher' | 'ops'): Promise<OutboxFixture> => {
  const database = await createTestDatabase();
  const owner = openTestPool(database.urlFor('loms'));
  const reader = openTestPool(database.urlFor(role));
  return {
    database,
    owner,
    reader,
    insert: ({ topic, bucket, count, ageSeconds }) =>
      owner.query(
        `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
         SELECT uuidv7(), $1, 'k', n, 'T', '{}', '{}', $2, clock_timestamp() - $4::int * interval '1 s'
           FROM generate_series(1, $3::int) AS n`,
        [topic, bucket, count, ageSeconds],
      ),
    close: async () => {
      await Promise.all([owner.end(), reader.end()]);
    },
  };
};
