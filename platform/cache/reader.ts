import type { FailureLog } from '../base/loops.ts';
import { sleep } from '../base/sleep.ts';
import type { Delivery } from './delivery.ts';
import type { CacheMetrics } from './metrics.ts';
import type { Lease, Redis } from './redis.ts';
import type { Source } from './source.ts';

// That there is no value is kept for a moment only: whoever makes it may not report it.
const absentMs = 1_000;
const absent = { version: '0', value: '-' };
// The last tenth of the time is for loading the value again while others still get it.
const refreshShare = 0.1;
// Entries that were filled together do not expire together.
const jitterShare = 0.15;
const pollMs = { first: 5, most: 50 };

export interface ReaderParts<Key extends string | bigint, Value> {
  redis: Redis;
  metrics: CacheMetrics;
  ttlMs: number;
  leaseMs?: number;
  source: Source<Key, Value>;
  undecodable: FailureLog;
  entryOf: (key: Key) => string;
  nextToken: () => string;
  delivery: Delivery;
}

/** Returns a function that reads a value through the cache. */
export const createReader = <Key extends string | bigint, Value>(
  parts: ReaderParts<Key, Value>,
): ((key: Key) => Promise<Value | undefined>) => {
  const { redis, source, metrics, entryOf, nextToken, delivery, leaseMs = 2_000 } = parts;
  const fill = createFill(parts);

  const loadUncached = (key: Key) => {
    metrics.countRead(source.name, 'uncached');
    return source.load(key);
  };
  const loadLeased = async (key: Key, lease: Lease) => {
    metrics.countRead(source.name, 'loaded');
    try {
      const value = await source.load(key);
      await fill(key, lease, value);
      return value;
    } catch (error) {
      await redis.release(entryOf(key), lease);
      throw error;
    }
  };
  const refresh = async (key: Key, lease: Lease) => {
    metrics.countRead(source.name, 'refreshed');
    const value = await source.load(key);
    await fill(key, lease, value);
    return value;
  };
  /** Resolves with `wait` while another reader loads. */
  const tryOnce = async (key: Key, isFirst: boolean): Promise<{ value?: Value } | 'wait'> => {
    const lease = { token: nextToken(), ms: leaseMs };
    const reply = await redis.read(entryOf(key), lease);
    if (reply?.state === 'wait') return 'wait';
    if (reply?.state === 'load') return found(await loadLeased(key, lease));
    if (reply === undefined || !('value' in reply)) return found(await loadUncached(key));
    const cached = decodeEntry(reply.value, parts);
    if (cached === 'undecodable') {
      await redis.drop(entryOf(key));
      return found(await loadUncached(key));
    }
    // The cached value is still good. Whatever went wrong, the next reader tries again when the lease has expired.
    if (reply.state === 'refresh') return refresh(key, lease).then(found, () => cached);
    metrics.countRead(source.name, isFirst ? 'hit' : 'waited');
    return cached;
  };

  return async (key) => {
    // Redis does not know of a change that this process has made.
    if (delivery.isPending(entryOf(key))) return loadUncached(key);
    const giveUpAt = performance.now() + leaseMs;
    for (let tries = 0; ; tries += 1) {
      const answer = await tryOnce(key, tries === 0);
      if (answer !== 'wait') return answer.value;
      if (performance.now() > giveUpAt) return loadUncached(key);
      await sleep(Math.min(pollMs.most, pollMs.first * 2 ** tries) * (0.5 + Math.random() / 2));
    }
  };
};

const found = <Value>(value: Value | undefined): { value?: Value } =>
  value === undefined ? {} : { value };

const createFill =
  <Key extends string | bigint, Value>(parts: ReaderParts<Key, Value>) =>
  async (key: Key, lease: Lease, value: Value | undefined): Promise<void> => {
    const { redis, source, metrics, entryOf, ttlMs } = parts;
    const limitMs = value === undefined ? Math.min(absentMs, ttlMs) : ttlMs;
    const expireMs = limitMs * (1 - jitterShare * Math.random());
    const entry =
      value === undefined
        ? absent
        : { version: source.versionOf(value).toString(), value: `=${source.encode(value)}` };
    const times = {
      expireMs: Math.round(expireMs),
      refreshMs: Math.round(expireMs - refreshShare * limitMs),
    };
    const result = await redis.fill(entryOf(key), lease, { ...entry, ...times });
    if (result !== undefined) metrics.countFill(source.name, result);
  };

const decodeEntry = <Key extends string | bigint, Value>(
  text: string,
  { source, undecodable }: ReaderParts<Key, Value>,
): { value?: Value } | 'undecodable' => {
  if (text === absent.value) return {};
  try {
    const value = source.decode(text.slice(1));
    undecodable.end();
    return { value };
  } catch (error) {
    undecodable.add(error);
    return 'undecodable';
  }
};
