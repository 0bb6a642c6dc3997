import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { PoolClient } from 'pg';
import type { Pool } from './pool.ts';
import { translateDatabaseError } from './errors.ts';

/** What runs inside a transaction: Drizzle for queries, `client` for prepared statements. */
export interface Transaction {
  readonly db: NodePgDatabase;
  readonly client: PoolClient;
}

/**
 * Runs `work` in one transaction and commits it. Rolls back when `work` throws. A failed BEGIN does not
 * leak the connection, and a COMMIT that the server answered with ROLLBACK (a statement's error was
 * swallowed) throws: "ok" always means that it is stored.
 */
export const withTransaction = async <T>(
  pool: Pool,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> => {
  const client = await pool.connect().catch((error: unknown) => {
    throw translateDatabaseError(error);
  });
  let broken: Error | undefined;
  const onError = (error: Error) => {
    broken = error;
  };
  // the pool's own listener is off while the connection is lent
  client.on('error', onError);
  try {
    await client.query('BEGIN');
    const result = await work({ db: drizzle(client), client });
    const { command } = await client.query('COMMIT');
    if (command !== 'COMMIT') {
      throw new Error(`The transaction was rolled back: COMMIT was answered with ${command}.`);
    }
    return result;
  } catch (error) {
    // a connection that cannot even roll back is thrown away
    await client.query('ROLLBACK').catch((fault: unknown) => {
      broken = fault instanceof Error ? fault : new Error(String(fault));
    });
    throw translateDatabaseError(error);
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
};
