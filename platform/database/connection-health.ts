import type pg from 'pg';
import { cutConnection } from './connection.ts';
import { toDatabaseError } from './errors.ts';
import { judgeDatabaseFault } from './faults.ts';

export interface ConnectionHealth {
  /** Watches a new connection for faults, whoever meets them. */
  admit(client: pg.ClientBase): void;
  /** Watches the connections that return to this pool. */
  attach(pool: pg.Pool): void;
}

interface Kept {
  era: number;
  isLent: boolean;
  isInDoubt: boolean;
}

/**
 * Keeps connections in doubt out of a pool. A fault of the connection alone ends that connection. A fault of
 * the server (a failover, a read-only period, a network that drops packets) ends the era: every connection
 * made before the fault is destroyed, at once when it is idle, otherwise when it is returned.
 */
export const createConnectionHealth = (): ConnectionHealth => {
  const all = new Map<pg.ClientBase, Kept>();
  let era = 0;

  const endEra = (ended: number): void => {
    era = Math.max(era, ended + 1);
    for (const [client, kept] of all) {
      if (kept.era > ended) continue;
      kept.isInDoubt = true;
      // the pool removes an idle connection that emits an error
      if (!kept.isLent)
        client.emit('error', new Error('the connection was made before the server changed'));
    }
  };
  const see = (kept: Kept, fault: unknown): unknown => {
    const { doubt } = judgeDatabaseFault(fault);
    if (doubt !== 'none') kept.isInDoubt = true;
    if (doubt === 'server') endEra(kept.era);
    return toDatabaseError(fault);
  };
  return {
    admit: (client) => {
      const kept: Kept = { era, isLent: true, isInDoubt: false };
      all.set(client, kept);
      watchStatements(client, (fault) => see(kept, fault));
    },
    attach: (pool) => {
      const lend = (client: pg.PoolClient, isLent: boolean) => {
        const kept = all.get(client);
        if (kept) kept.isLent = isLent;
        return kept;
      };
      pool.on('acquire', (client) => lend(client, true));
      pool.on('release', (_error, client) => {
        if (lend(client, false)?.isInDoubt === true) cut(client);
      });
      pool.on('remove', (client) => all.delete(client));
      pool.on('error', (fault, client) => {
        const kept = all.get(client);
        all.delete(client);
        cut(client);
        if (kept?.isInDoubt === false) see(kept, fault);
      });
    },
  };
};

/** Destroys a connection; the pool removes it then. */
const cut = (client: pg.PoolClient): void => {
  // whoever used it reports the error
  client.on('error', () => undefined);
  cutConnection(client);
};

type Answered = (fault: Error | null, ...rest: unknown[]) => void;
type Run = (...args: unknown[]) => Promise<unknown> | undefined;

/** The pool's own queries use a callback, all others a promise. */
const watchStatements = (client: pg.ClientBase, see: (fault: unknown) => unknown): void => {
  const target = client as unknown as { query: Run };
  const run = target.query.bind(client);
  target.query = (...args) => {
    const last = args.findLastIndex((each) => typeof each === 'function');
    if (last < 0)
      return run(...args)?.catch((fault: unknown) => {
        throw see(fault);
      });
    const answered = args[last] as Answered;
    const heard: Answered = (fault, ...rest) =>
      answered(fault ? (see(fault) as Error) : fault, ...rest);
    return run(...args.with(last, heard));
  };
};
