import { hash } from 'node:crypto';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { PoolClient, QueryConfig } from 'pg';
import { inSpan } from '../base/tracing/span.ts';
import type { Pool } from './pool.ts';
import { databaseSpan } from './statement.ts';
import { commitInDoubt, doubtIn, translateDatabaseError } from './errors.ts';

/** What runs inside a transaction: Drizzle itself for typed queries, `client` for prepared statements. */
export type Transaction = NodePgDatabase & { readonly client: PoolClient };

/**
 * Runs `work` in one transaction and commits it. Rolls back when `work` throws. A failed BEGIN does not leak
 * the connection. A COMMIT that the server answers with ROLLBACK, because the error of a statement was
 * swallowed, throws: success always means that it is stored. A COMMIT without an answer throws that its
 * outcome is unknown.
 */
export const withTransaction = <T>(pool: Pool, work: (tx: Transaction) => Promise<T>): Promise<T> =>
  inSpan('transaction', transactionSpan, () => transact(pool, work));

const transactionSpan = databaseSpan('transaction');

const transact = async <T>(pool: Pool, work: (tx: Transaction) => Promise<T>): Promise<T> => {
  const client = await pool.connect();
  let broken: Error | undefined;
  const onError = (error: Error) => {
    broken = error;
  };
  // the pool's own listener is off while the connection is lent
  client.on('error', onError);
  try {
    await client.query('BEGIN');
    const result = await work(transactionOn(client));
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

/** Opens Drizzle on one connection, so that Postgres parses and plans each of its queries once. */
const transactionOn = (client: PoolClient): Transaction => {
  const query = (config: QueryConfig, values?: unknown[]) =>
    client.query({ ...config, name: nameOf(config.text) }, values);
  return Object.assign(drizzle({ query } as unknown as PoolClient), { client });
};

// Lists of different lengths make different texts: a connection must not keep a plan for each long one.
const longestNamed = 2_000;

const nameOf = (text: string): string | undefined =>
  text.length > longestNamed ? undefined : `drizzle_${hash('md5', text)}`;
