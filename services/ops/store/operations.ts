import { and, desc, eq, getTableColumns, lt, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import type { Pool } from '#platform/database/pool.ts';
import { translateDatabaseError } from '#platform/database/errors.ts';
import type { KeptOperation, OperationsPage } from '../usecases/operation.ts';
import { operations } from './schema.ts';

/** Lists what operators did, newest first. */
export const listOperations =
  (pool: Pool) =>
  async ({
    source,
    actor,
    operation,
    beforeId,
    withoutDryRuns,
    limit,
  }: OperationsPage): Promise<KeptOperation[]> => {
    const filters = [
      source === '' ? undefined : eq(operations.source, source),
      actor === '' ? undefined : eq(operations.actor, actor),
      operation === '' ? undefined : eq(operations.operation, operation),
      beforeId === '' ? undefined : lt(operations.id, beforeId),
      withoutDryRuns ? eq(operations.dryRun, false) : undefined,
    ];
    try {
      // what was changed is up to some hundred kilobytes
      return await drizzle(pool)
        .select({ ...getTableColumns(operations), changed: sql`NULL` })
        .from(operations)
        .where(and(...filters))
        .orderBy(desc(operations.id))
        .limit(limit);
    } catch (error) {
      throw translateDatabaseError(error);
    }
  };

/** Finds one operation, with what it changed. */
export const findOperation =
  (pool: Pool) =>
  async (id: string): Promise<KeptOperation | undefined> => {
    try {
      const [found] = await drizzle(pool).select().from(operations).where(eq(operations.id, id));
      return found;
    } catch (error) {
      throw translateDatabaseError(error);
    }
  };
