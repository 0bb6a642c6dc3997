import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleAll,
  isBrokenCircuitError,
} from 'cockatiel';
import { Redis as Client } from 'ioredis';
import { backoffMs } from '../base/backoff.ts';
import type { Logger } from '../base/logger.ts';
import { createFailureLog } from '../base/loops.ts';
import { inTime } from './in-time.ts';
import { changedScript, fillScript, readScript, releaseScript } from './scripts.ts';

/** What a reader learns of an entry. With `load` and `refresh` it holds the lease of its token. */
export type ReadReply =
  | { state: 'hit' | 'refresh'; value: string }
  /** There is no value: this reader loads it, another one does, or Redis cannot store one. */
  | { state: 'load' | 'wait' | 'full' };

export interface Lease {
  token: string;
  ms: number;
}

export interface Fill {
  version: string;
  value: string;
  /** Both count from the beginning of the lease. */
  expireMs: number;
  refreshMs: number;
}

export type FillResult = 'stored' | 'outdated' | 'no-lease' | 'full';

export interface ChangedEntry {
  key: string;
  version: string;
  /** Absent when only the version is known. */
  value?: string | undefined;
}

/**
 * The operations on entries. None rejects: what cannot be done within the deadline resolves with undefined, as does
 * everything while Redis is known not to answer.
 */
export interface Redis {
  read(key: string, lease: Lease): Promise<ReadReply | undefined>;
  fill(key: string, lease: Lease, fill: Fill): Promise<FillResult | undefined>;
  release(key: string, lease: Lease): Promise<unknown>;
  /** Resolves with undefined also when it is not known whether Redis has heard of them. */
  changed(entries: readonly ChangedEntry[]): Promise<unknown>;
  drop(key: string): Promise<unknown>;
  close(): void;
}

export interface RedisOptions {
  url: string;
  logger: Logger;
  /** How long an operation may take. Default 50. */
  deadlineMs?: number | undefined;
  /** Told when Redis stops and starts being usable. */
  onUsable?: ((isUsable: boolean) => void) | undefined;
}

// So many failures in a row open the breaker; then one call a second tries whether Redis is back.
const failuresInARow = 3;
const halfOpenAfterMs = 1_000;
// A connection that is silent for so long, and no shorter than a deadline, is opened again.
const silenceMs = 2_000;
const startLimitMs = 2_000;
const reconnect = { firstMs: 50, maxMs: 2_000 };

interface Scripts {
  readEntry(key: string, token: string, leaseMs: number): Promise<[ReadReply['state'], string]>;
  fillEntry(key: string, ...args: (string | number)[]): Promise<[FillResult, string]>;
  releaseEntry(key: string, token: string): Promise<unknown>;
  changedEntries(keys: number, ...keysAndArgs: string[]): Promise<unknown>;
}

const openClient = (url: string, deadlineMs = 0): Client & Scripts =>
  new Client(url, {
    lazyConnect: true,
    // A command is sent now or never: one that is sent later than its deadline helps nobody.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: silenceMs,
    socketTimeout: Math.max(silenceMs, deadlineMs),
    retryStrategy: (times) => backoffMs(times, reconnect),
    disableClientInfo: true,
    scripts: {
      readEntry: { lua: readScript, numberOfKeys: 1 },
      fillEntry: { lua: fillScript, numberOfKeys: 1 },
      releaseEntry: { lua: releaseScript, numberOfKeys: 1 },
      changedEntries: { lua: changedScript },
    },
  }) as Client & Scripts;

/**
 * Opens a connection that is opened again whenever it is lost. Resolves also when Redis is away, after two seconds
 * at the latest; that it is away is logged once, and again when it is back.
 */
export const openRedis = async ({ url, logger, ...options }: RedisOptions): Promise<Redis> => {
  const client = openClient(url, options.deadlineMs);
  const { call, begin } = createCaller(client, { logger, ...options });
  const storing = createFailureLog({ name: 'storing values in Redis', logger });
  const noteFull = (isFull: boolean, text: string) =>
    isFull ? storing.add(new Error(text)) : storing.end();
  const release = (key: string, { token }: Lease) => call(() => client.releaseEntry(key, token));
  await begin();
  return {
    read: async (key, lease) => {
      const reply = await call(
        () => client.readEntry(key, lease.token, lease.ms),
        // Nobody loads under a lease that was granted too late.
        ([state]) => void (['load', 'refresh'].includes(state) && release(key, lease)),
      );
      if (reply === undefined) return undefined;
      const [state, text] = reply;
      if (state === 'hit' || state === 'refresh') return { state, value: text };
      if (state !== 'wait') noteFull(state === 'full', text);
      return { state };
    },
    fill: async (key, { token, ms }, { version, value, expireMs, refreshMs }) => {
      const args = [token, ms, version, value, expireMs, refreshMs];
      const reply = await call(() => client.fillEntry(key, ...args));
      if (reply === undefined) return undefined;
      const [result, text] = reply;
      if (result === 'full') noteFull(true, text);
      return result;
    },
    release,
    changed: (entries) => {
      const args = entries.flatMap(({ version, value = '' }) => [version, value]);
      const keys = entries.map(({ key }) => key);
      return call(() => client.changedEntries(keys.length, ...keys, ...args));
    },
    drop: (key) => call(() => client.del(key)),
    close: () => client.disconnect(),
  };
};

/** Sends commands with a deadline, through a breaker, so that a silent Redis costs the deadline only now and then. */
const createCaller = (client: Client, options: Omit<RedisOptions, 'url'>) => {
  const { logger, onUsable, deadlineMs = 50 } = options;
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: halfOpenAfterMs,
    breaker: new ConsecutiveBreaker(failuresInARow),
  });
  const failures = createFailureLog({ name: 'caching in Redis', logger });
  let connectionError: Error | undefined;
  const noteFailure = (error: unknown) => {
    failures.add(client.status === 'ready' ? error : (connectionError ?? error));
    onUsable?.(false);
  };
  const noteSuccess = () => {
    if (failures.count() === 0) return;
    failures.end();
    onUsable?.(true);
  };
  client.on('error', (error: Error) => (connectionError = error));
  breaker.onBreak((cause) => noteFailure('error' in cause ? cause.error : undefined));
  const call = async <T>(
    send: () => Promise<T>,
    onLate?: (reply: T) => void,
  ): Promise<T | undefined> => {
    // cockatiel would wait for the end of the trial.
    if (breaker.state === CircuitState.HalfOpen) return undefined;
    try {
      const reply = await breaker.execute(() => inTime(send(), { limitMs: deadlineMs, onLate }));
      noteSuccess();
      return reply;
    } catch (error) {
      if (!isBrokenCircuitError(error)) logger.debug({ err: error }, 'Redis could not be used');
      return undefined;
    }
  };
  const begin = () =>
    inTime(client.connect(), { limitMs: startLimitMs }).then(() => onUsable?.(true), noteFailure);
  return { call, begin };
};
