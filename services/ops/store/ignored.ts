import { eq, gt, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { translateDatabaseError } from '#platform/database/errors.ts';
import type { Pool } from '#platform/database/pool.ts';
import { withTransaction } from '#platform/database/transaction.ts';
import type { DoneOperation } from '../usecases/operation.ts';
import type { IgnoredCause } from '../usecases/list-stuck.ts';
import { insertOperation } from './requests.ts';
import { ignored } from './schema.ts';

/** Lists the causes that are ignored now. */
export const listIgnored = (pool: Pool) => async (): Promise<IgnoredCause[]> => {
  try {
    return await drizzle(pool)
      .select()
      .from(ignored)
      .where(gt(ignored.until, sql`clock_timestamp()`));
  } catch (error) {
    throw translateDatabaseError(error);
  }
};

/** Saves until when a cause is ignored, or that it is not, with the entry of the operation. */
export const saveIgnored =
  (pool: Pool) =>
  (
    { cause, until, by, reason }: Omit<IgnoredCause, 'until'> & { until: Date | undefined },
    operation: DoneOperation,
  ): Promise<void> =>
    withTransaction(pool, async (tx) => {
      if (until === undefined) await tx.delete(ignored).where(eq(ignored.cause, cause));
      else
        await tx
          .insert(ignored)
          .values({ cause, until, by, reason })
          .onConflictDoUpdate({ target: ignored.cause, set: { until, by, reason } });
      await insertOperation(tx, operation);
    });
