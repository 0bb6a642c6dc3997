import type { Queryable } from '#platform/database/pool.ts';
import { translateDatabaseError } from '#platform/database/errors.ts';

/** Runs a statement; faults of the database that a caller can act on come out as AppError. */
export const query = async <Row>(
  on: Queryable,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> => {
  try {
    return (await on.query(text, [...values])).rows as Row[];
  } catch (error) {
    throw translateDatabaseError(error);
  }
};
