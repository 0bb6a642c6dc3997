import { newId } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import { createFailureLog } from '../base/loops.ts';
import { activeSpan, inSpan } from '../base/tracing/span.ts';
import { createDelivery } from './delivery.ts';
import type { CacheMetrics } from './metrics.ts';
import { createReader } from './reader.ts';
import type { Redis } from './redis.ts';
import { shareTurn } from './share-turn.ts';
import type { Source } from './source.ts';

export interface Change<Key extends string | bigint, Value> {
  key: Key;
  version: bigint;
  /** The value of this version. Without it, the next reader loads it. */
  value?: Value;
}

/** Values that are read through the cache. */
export interface Cached<Key extends string | bigint, Value> {
  /**
   * Returns the value from the cache, or loads it. Rejects only when loading does. Of all processes one loads a value
   * that is not there; the others wait for it, two seconds at the most.
   */
  readonly read: (key: Key) => Promise<Value | undefined>;
  /**
   * Reports changes to the cache: by the writer after its commit, or by an event. Never rejects. Changes may come in any
   * order and more than once. A reader that asks after it has resolved gets none of the older values, unless Redis
   * could not be reached: then another process may get one until the change is sent, or until CACHE_TTL is over.
   */
  readonly changed: (changes: readonly Change<Key, Value>[]) => Promise<void>;
}

export interface Cache {
  readonly cached: <Key extends string | bigint, Value>(
    source: Source<Key, Value>,
  ) => Cached<Key, Value>;
  readonly close: () => void;
}

export interface CacheOptions {
  redis: Redis;
  metrics: CacheMetrics;
  logger: Logger;
  /** The name of the service, part of every key. */
  service: string;
  ttlMs: number;
  /** How long a reader may load before another one does it again, and how long the others wait. Default 2,000. */
  leaseMs?: number;
}

/** Without Redis: every read loads. */
export const uncached: Cache = {
  cached: ({ load }) => ({ read: load, changed: () => Promise.resolve() }),
  close: () => undefined,
};

/** Caches values in Redis. docs/decisions/0044 explains what that promises. */
export const createCache = (options: CacheOptions): Cache => {
  const { redis, logger, service, ttlMs } = options;
  const delivery = createDelivery({ send: (entries) => redis.changed(entries), ttlMs });
  const nextToken = createTokens();
  return {
    cached: (source) => {
      const entryOf = (key: string | bigint) => `inorder:${service}:${source.name}:${key}`;
      const name = `decoding cached values of ${source.name}`;
      const undecodable = createFailureLog({ name, logger });
      const parts = { ...options, source, undecodable, entryOf, nextToken, delivery };
      return {
        read: traced(`cache ${source.name}`, shareTurn(createReader(parts))),
        changed: (changes) =>
          delivery.deliver(
            changes.map(({ key, version, value }) => ({
              key: entryOf(key),
              version: version.toString(),
              value: value === undefined ? undefined : `=${source.encode(value)}`,
            })),
          ),
      };
    },
    close: () => {
      delivery.close();
      redis.close();
    },
  };
};

/** A read is a span; when it has to load, the statement is a part of it. */
const traced =
  <Key, Value>(name: string, read: (key: Key) => Promise<Value>) =>
  (key: Key): Promise<Value> =>
    activeSpan() === undefined ? read(key) : inSpan(name, {}, () => read(key));

const createTokens = (): (() => string) => {
  const own = newId();
  let count = 0;
  return () => `${own}:${(count += 1)}`;
};
