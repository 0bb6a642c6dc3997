import pg from 'pg';
import type { Logger } from '../base/logger.ts';
import { createDatabaseClock, type DatabaseClock } from './clock.ts';
import { createConnectionHealth } from './connection-health.ts';
import { openConnection } from './connection.ts';
import { toDatabaseError } from './errors.ts';
import { isSessionShared } from './pooling.ts';
import { isPasswordRefused, openCredentials, type Credentials } from './password-file.ts';
import { prepareSession, transactionLimits } from './session.ts';
import { bigintTypes } from './types.ts';
import { serverOf } from './url.ts';

export type Pool = pg.Pool & {
  /** The database's clock, known from its connections. */
  readonly clock: DatabaseClock;
};
/** Anything that runs statements: the pool, or the client of a transaction. */
export type Queryable = Pick<pg.Pool, 'query'>;

export interface PoolOptions {
  url: string;
  applicationName: string;
  logger: Logger;
  /** At most this many connections. */
  max?: number;
  /** A longer statement is given up on both sides, and its connection with it. */
  statementTimeoutMs?: number;
  /** How long to wait for a connection before the database counts as unavailable. */
  connectTimeoutMs?: number;
  /** Postgres settings of each session, e.g. `{ plan_cache_mode: 'force_generic_plan' }`. */
  settings?: Readonly<Record<string, string>>;
  /** Whether it only reads, so that it may use a standby. */
  isReadOnly?: boolean;
}

/**
 * Opens a pool; 64-bit integers are returned as bigint. Nothing is connected yet. Each connection leads to a
 * server that can do the work, with our settings; one that is in doubt is destroyed. Database faults are
 * thrown as AppError.
 */
export const openPool = (options: PoolOptions): Pool => {
  const { url, applicationName, logger } = options;
  const { statementTimeoutMs = 4_000, connectTimeoutMs = 3_000 } = options;
  const credentials = openCredentials(url);
  const health = createConnectionHealth();
  const clock = createDatabaseClock();
  const session = {
    server: serverOf(url),
    isShared: findOutOnce((client) =>
      isSessionShared(client, () => openConnection({ url, applicationName })),
    ),
    settings: {
      ...transactionLimits,
      ...options.settings,
      ...(options.isReadOnly === true && { default_transaction_read_only: 'on' }),
      statement_timeout: `${statementTimeoutMs}`,
    },
    isReadOnly: options.isReadOnly ?? false,
    answerWithinMs: connectTimeoutMs,
    clock,
  };
  const pool = new pg.Pool({
    connectionString: credentials.url,
    application_name: applicationName,
    max: options.max ?? 16,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    connectionTimeoutMillis: connectTimeoutMs,
    // each new connection reads the database's clock
    maxLifetimeSeconds: 600,
    query_timeout: statementTimeoutMs + 500,
    types: bigintTypes,
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- pg-pool waits for it before anything else
    onConnect: async (client: pg.ClientBase) => {
      await prepareSession(client, session);
      health.admit(client);
    },
  });
  // the listener is needed, because an error of an idle connection would otherwise end the process
  pool.on('error', (error) => {
    logger.warn({ err: error }, 'an idle database connection broke');
  });
  health.attach(pool);
  renewPassword(pool, credentials);
  translateConnectFaults(pool);
  return Object.assign(pool, { clock });
};

/** A pooler that has been found to keep sessions apart is not tested again for each session. */
const findOutOnce = (isShared: (client: pg.ClientBase) => Promise<boolean>): typeof isShared => {
  let isFoundOut = false;
  return async (client) => {
    if (isFoundOut) return false;
    if (await isShared(client)) return true;
    isFoundOut = true;
    return false;
  };
};

type Connected = (fault: Error | undefined, ...rest: unknown[]) => void;
/** A pool's own queries connect with a callback. */
type Connect = (done?: Connected) => Promise<unknown> | undefined;

/** A connection whose password is refused is tried again with the one that its file has by then. */
const renewPassword = (pool: pg.Pool, credentials: Credentials): void => {
  const target = pool as unknown as { connect: Connect };
  const connect = target.connect.bind(pool);
  const isRenewed = async (fault: unknown, used: string): Promise<boolean> => {
    if (!isPasswordRefused(fault) || !(await credentials.renew(used))) return false;
    pool.options.connectionString = credentials.url;
    return true;
  };
  target.connect = (done) => {
    const used = credentials.url;
    if (done === undefined)
      return connect()?.catch(async (fault: unknown) => {
        if (await isRenewed(fault, used)) return target.connect();
        throw fault;
      });
    return connect((fault, ...rest) => {
      if (fault === undefined) done(fault, ...rest);
      else
        void isRenewed(fault, used).then((renewed) => {
          if (renewed) void target.connect(done);
          else done(fault, ...rest);
        });
    });
  };
};

/** Whatever connecting fails with, the database cannot be used. */
const translateConnectFaults = (pool: pg.Pool): void => {
  const target = pool as unknown as { connect: Connect };
  const connect = target.connect.bind(pool);
  target.connect = (done) =>
    done === undefined
      ? connect()?.catch((fault: unknown) => {
          throw toDatabaseError(fault);
        })
      : connect((fault, ...rest) =>
          done(fault === undefined ? fault : (toDatabaseError(fault) as Error), ...rest),
        );
};
