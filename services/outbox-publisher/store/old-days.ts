import { translateDatabaseError } from '#platform/database/errors.ts';
import { identifier } from '#platform/database/identifier.ts';
import type { Pool } from '#platform/database/pool.ts';
import type { Drop, OldDays } from '../usecases/drop-old-days.ts';

/** Lists the days of a source that ended longer ago than its history is kept. */
export const oldDaysOf = (pool: Pool, source: string, retentionDays: number): OldDays => {
  const schema = identifier(source);
  const query = async <Row extends object>(text: string, values: unknown[]): Promise<Row[]> => {
    try {
      return (await pool.query<Row>(text, values)).rows;
    } catch (error) {
      throw translateDatabaseError(error);
    }
  };
  return {
    list: () =>
      query(
        `SELECT name, has_unsent AS "hasUnsent" FROM ${schema}.old_outbox_partitions($1::integer)`,
        [retentionDays],
      ),
    drop: async (name) => {
      const rows = await query<Drop>(
        `SELECT outcome, moved::integer FROM ${schema}.drop_outbox_partition($1::text, $2::integer)`,
        [name, retentionDays],
      );
      return firstOf(rows);
    },
    deleteOuterRows: async (maxRows) => {
      const rows = await query<{ count: number }>(
        `SELECT ${schema}.delete_old_outer_rows($1::integer, $2::integer) AS count`,
        [retentionDays, maxRows],
      );
      return firstOf(rows).count;
    },
  };
};

const firstOf = <Row>([row]: readonly Row[]): Row => {
  if (row === undefined) throw new Error('The function returned no row.');
  return row;
};
