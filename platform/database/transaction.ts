import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { PoolClient } from 'pg';
import type { Pool } from './pool.ts';
import { commitInDoubt, doubtIn, translateDatabaseError } from './errors.ts';

/** What runs inside a transaction: Drizzle for queries, `client` for prepared statements. */
export interface Transaction {
  readonly db: NodePgDatabase;
  readonly client: PoolClient;
}

/**
 * Runs `work` in one transaction and commits it. Rolls back when `work` throws. A failed BEGIN does not
 * leak the connection, and a COMMIT that the server answered with ROLLBACK (a statement's error was
 * swallowed) throws: "ok" always means that it is stored. A COMMIT without an answer says that nobody knows.
 */
export const withTransaction = async <T>(
  pool: Pool,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> => {
  const client = await pool.connect();
  let broken: Error | undefined;
  const onError = (error: Error) => {
    broken = error;
  };
  // the pool's own listener is off while the connection is lent
  client.on('error', onError);
  try {
    await client.query('BEGIN');
    const result = await work({ db: drizzle(client), client });
    await commit(client);
    return result;
  } catch (error) {
    // a connection in doubt, or one that cannot even roll back, is thrown away
    if (doubtIn(error) !== 'none') broken ??= error as Error;
    else await client.query('ROLLBACK').catch((fault: unknown) => (broken = fault as Error));
    throw translateDatabaseError(error);
  } finally {
    client.off('error', onError);
    client.release(broken);
  }
};

const commit = async (client: PoolClient): Promise<void> => {
  const { command } = await client.query('COMMIT').catch((error: unknown) => {
    throw doubtIn(error) === 'none' ? error : commitInDoubt(error);
  });
  if (command !== 'COMMIT')
    throw new Error(`The transaction was rolled back: COMMIT was answered with ${command}.`);
};
