import { AsyncLocalStorage } from 'node:async_hooks';
import type { PoolClient } from 'pg';
import type { Pool } from '#platform/database/pool.ts';

type Query = (...args: unknown[]) => Promise<unknown>;

/** Ends the connection just before or just after the COMMIT of the transaction that is under way on it. */
export const breakCommit = (client: PoolClient, when: 'before' | 'after'): void => {
  const target = client as unknown as { query: Query };
  const query = target.query.bind(client);
  target.query = async (...args) => {
    // a transaction that does not come to its COMMIT leaves the connection as it was
    if (args[0] === 'ROLLBACK') target.query = query;
    if (args[0] !== 'COMMIT') return query(...args);
    if (when === 'after') await query('COMMIT');
    await query('SELECT pg_terminate_backend(pg_backend_pid())').catch(() => undefined);
    return query('COMMIT');
  };
};

interface Fault {
  when: 'before' | 'after' | undefined;
}

const faults = new AsyncLocalStorage<Fault>();

/** Makes a call whose first transaction is broken; `pool` must be one of `withBrokenCommits`. */
export const callWithBrokenCommit = <T>(when: Fault['when'], call: () => Promise<T>): Promise<T> =>
  faults.run({ when }, call);

/** Lets `callWithBrokenCommit` reach the connections of a pool. */
export const withBrokenCommits = (pool: Pool): Pool => {
  const target = pool as unknown as { connect: (done?: unknown) => Promise<PoolClient> };
  const connect = target.connect.bind(pool);
  target.connect = async (done) => {
    // the pool's own statements, which are no transactions, come with a callback
    if (done !== undefined) return connect(done);
    const client = await connect();
    const fault = faults.getStore();
    if (fault?.when !== undefined) breakCommit(client, fault.when);
    if (fault !== undefined) fault.when = undefined;
    return client;
  };
  return pool;
};
