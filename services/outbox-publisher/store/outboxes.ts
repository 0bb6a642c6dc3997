import type { Pool } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';

const selectMissing = prepareStatement<{ name: string }>(
  'publisher_missing_outboxes',
  `SELECT name FROM unnest($1::text[]) AS name
    WHERE to_regclass(format('%I.outbox', name)) IS NULL`,
);

/** Finds the sources without an outbox in this database: the setting is wrong, or migrations did not run. */
export const findMissingOutboxes =
  (pool: Pool) =>
  async (sources: readonly string[]): Promise<string[]> =>
    (await selectMissing(pool, [sources])).map(({ name }) => name);
