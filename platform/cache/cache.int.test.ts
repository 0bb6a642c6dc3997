import { createTable, openTestCache, type TestCache } from '../../testing/cache/open-test-cache.ts';
import { startTestRedis, type TestRedis } from '../../testing/engines/redis.ts';
import { recordSpans } from '../../testing/traces/record-spans.ts';
import { waitFor } from '../../testing/wait-for.ts';
import { inSpan, startSpan, untilSettled } from '../base/tracing/span.ts';

let redis: TestRedis;
const caches: TestCache[] = [];
beforeAll(async () => {
  redis = await startTestRedis();
});
afterEach(() => {
  for (const cache of caches.splice(0)) cache.close();
});
afterAll(() => redis.close());

const open = async (options?: Parameters<typeof openTestCache>[1]) => {
  const cache = await openTestCache(redis.url, options);
  caches.push(cache);
  return cache;
};

const entryOf = (key: string) => `inorder:test:rows:${key}`;
const newKey = () => crypto.randomUUID();
const row = (version: bigint, text = `v${version}`) => ({ version, text });

/** A table whose readers wait after they have read, until they are let go. */
const createHeldTable = () => {
  const table = createTable();
  const gate = Promise.withResolvers<undefined>();
  table.hold = () => gate.promise;
  return { table, letGo: () => gate.resolve(undefined) };
};

test('a value is loaded once and expires before its TTL is over, not always after the same time', async () => {
  const [cache, table] = [await open({ ttlMs: 60_000 }), createTable()];
  const rows = cache.cached(table.source);
  const keys = Array.from({ length: 20 }, newKey);
  for (const key of keys) table.rows.set(key, row(1n, key));
  for (const key of keys) {
    expect(await rows.read(key)).toEqual(row(1n, key));
    expect(await rows.read(key)).toEqual(row(1n, key));
  }
  expect(table.loads).toBe(20);
  expect(await cache.counts('cache_requests_total')).toEqual({ loaded: 20, hit: 20 });
  const expiries = await Promise.all(keys.map((key) => redis.client.pexpiretime(entryOf(key))));
  const left = await Promise.all(keys.map((key) => redis.client.pttl(entryOf(key))));
  for (const ms of left) expect(ms).toBeLessThanOrEqual(60_000);
  expect(Math.max(...expiries) - Math.min(...expiries)).toBeGreaterThan(100);
});

test('of a thousand readers of a cold key, on four connections, one loads; the others get its value', async () => {
  const [{ table, letGo }, key] = [createHeldTable(), newKey()];
  table.rows.set(key, row(1n));
  const all = await Promise.all(Array.from({ length: 4 }, () => open({ leaseMs: 60_000 })));
  const reads = all.flatMap((cache) => {
    const rows = cache.cached(table.source);
    return Array.from({ length: 250 }, () => rows.read(key));
  });
  await waitFor(() => table.loads === 1, { what: 'a reader to load' });
  letGo();
  expect(await Promise.all(reads)).toEqual(reads.map(() => row(1n)));
  expect(table.loads).toBe(1);
});

test('when the reader that loads does not come back, another loads after its lease', async () => {
  const [{ table, letGo }, key] = [createHeldTable(), newKey()];
  table.rows.set(key, row(1n));
  const [first, second] = [await open({ leaseMs: 200 }), await open({ leaseMs: 60_000 })];
  const stuck = first.cached(table.source).read(key);
  await waitFor(() => table.loads === 1, { what: 'the first reader to load' });
  table.rows.set(key, row(2n));
  table.hold = () => Promise.resolve();
  expect(await second.cached(table.source).read(key)).toEqual(row(2n));
  letGo();
  expect(await stuck).toEqual(row(1n));
  // its fill was refused
  expect(await first.counts('cache_fills_total')).toEqual({ 'no-lease': 1 });
  expect(await second.cached(table.source).read(key)).toEqual(row(2n));
});

test('who has waited long enough loads without the cache', async () => {
  const [{ table, letGo }, key] = [createHeldTable(), newKey()];
  table.rows.set(key, row(1n));
  const [first, second] = [await open({ leaseMs: 60_000 }), await open({ leaseMs: 50 })];
  const slow = first.cached(table.source).read(key);
  await waitFor(() => table.loads === 1, { what: 'the first reader to load' });
  table.hold = () => Promise.resolve();
  expect(await second.cached(table.source).read(key)).toEqual(row(1n));
  expect(await second.counts('cache_requests_total')).toEqual({ uncached: 1 });
  letGo();
  await slow;
  expect(table.loads).toBe(2);
});

describe.each([
  ['the value', true],
  ['only the version', false],
])('a writer reports %s', (_name, hasValue) => {
  const changeTo = (key: string, version: bigint) => [
    { key, version, ...(hasValue && { value: row(version) }) },
  ];

  test('a value that was loaded before the update is not stored after it', async () => {
    const [{ table, letGo }, key] = [createHeldTable(), newKey()];
    const [reader, writer] = [await open({ leaseMs: 60_000 }), await open()];
    table.rows.set(key, row(9n));
    const late = reader.cached(table.source).read(key);
    await waitFor(() => table.loads === 1, { what: 'the reader to have read the old row' });
    table.hold = () => Promise.resolve();
    table.rows.set(key, row(10n));
    await writer.cached(table.source).changed(changeTo(key, 10n));
    letGo();
    expect(await late).toEqual(row(9n));
    expect(await reader.counts('cache_fills_total')).toEqual({ outdated: 1 });
    for (const cache of [reader, writer])
      expect(await cache.cached(table.source).read(key)).toEqual(row(10n));
  });

  test('nor when Redis has lost everything in between', async () => {
    const [{ table, letGo }, key] = [createHeldTable(), newKey()];
    const cache = await open({ leaseMs: 60_000 });
    const rows = cache.cached(table.source);
    table.rows.set(key, row(1n));
    const late = rows.read(key);
    await waitFor(() => table.loads === 1, { what: 'the reader to have read the old row' });
    table.hold = () => Promise.resolve();
    table.rows.set(key, row(2n));
    await rows.changed(changeTo(key, 2n));
    await redis.client.flushall();
    letGo();
    await late;
    expect(await cache.counts('cache_fills_total')).toEqual({ 'no-lease': 1 });
    expect(await rows.read(key)).toEqual(row(2n));
  });

  test.each([
    [1n, 2n],
    [9n, 10n],
    [2n ** 53n, 2n ** 53n + 1n],
    [2n ** 63n - 2n, 2n ** 63n - 1n],
  ])('from version %s to %s: a change that comes late does nothing', async (older, newer) => {
    const [cache, table, key] = [await open(), createTable(), newKey()];
    const rows = cache.cached(table.source);
    table.rows.set(key, row(older - 1n));
    await rows.read(key);
    table.rows.set(key, row(newer));
    await rows.changed(changeTo(key, older));
    await rows.changed(changeTo(key, newer));
    await rows.changed(changeTo(key, older));
    expect(await rows.read(key)).toEqual(row(newer));
    expect(table.loads).toBe(hasValue ? 1 : 2);
    expect(await redis.client.hget(entryOf(key), 'version')).toBe(String(newer));
  });

  test('a change makes no entry, and none lives longer for it', async () => {
    const [cache, table, key] = [await open(), createTable(), newKey()];
    const rows = cache.cached(table.source);
    await rows.changed(changeTo(key, 5n));
    expect(await redis.client.exists(entryOf(key))).toBe(0);
    table.rows.set(key, row(6n));
    await rows.read(key);
    const expiry = await redis.client.pexpiretime(entryOf(key));
    await rows.changed(changeTo(key, 7n));
    expect(await redis.client.pexpiretime(entryOf(key))).toBe(expiry);
  });
});

test('shortly before a value expires one reader loads it again, and others get the last one', async () => {
  const [{ table, letGo }, key] = [createHeldTable(), newKey()];
  const [one, other] = [await open({ leaseMs: 60_000 }), await open({ leaseMs: 60_000 })];
  table.hold = () => Promise.resolve();
  table.rows.set(key, row(1n));
  await one.cached(table.source).read(key);
  await redis.client.hset(entryOf(key), 'refresh', '1');
  const gate = Promise.withResolvers<undefined>();
  table.hold = () => gate.promise;
  table.rows.set(key, row(2n));
  const refreshed = one.cached(table.source).read(key);
  await waitFor(() => table.loads === 2, { what: 'one reader to load again' });
  expect(await other.cached(table.source).read(key)).toEqual(row(1n));
  gate.resolve(undefined);
  letGo();
  expect(await refreshed).toEqual(row(2n));
  expect(await other.cached(table.source).read(key)).toEqual(row(2n));
  expect(table.loads).toBe(2);
});

test('when loading again fails, the value is good until it expires', async () => {
  const [cache, table, key] = [await open(), createTable(), newKey()];
  const rows = cache.cached(table.source);
  table.rows.set(key, row(1n));
  await rows.read(key);
  await redis.client.hset(entryOf(key), 'refresh', '1');
  table.hold = () => Promise.reject(new Error('the database is away'));
  expect(await rows.read(key)).toEqual(row(1n));
  // the lease is kept, so that not every reader tries
  expect(await rows.read(key)).toEqual(row(1n));
  expect(table.loads).toBe(2);
});

test('an error is not cached, and the next reader loads at once', async () => {
  const [cache, table, key] = [await open({ leaseMs: 60_000 }), createTable(), newKey()];
  const rows = cache.cached(table.source);
  table.rows.set(key, row(1n));
  table.hold = () => Promise.reject(new Error('the database is away'));
  await expect(rows.read(key)).rejects.toThrow('the database is away');
  table.hold = () => Promise.resolve();
  expect(await rows.read(key)).toEqual(row(1n));
});

test('that there is nothing is kept for a second, or until a writer reports a value', async () => {
  const [cache, table] = [await open(), createTable()];
  const rows = cache.cached(table.source);
  // again if the second was over before the entry could be made to stay
  const key = await waitFor(
    async () => {
      const unknown = newKey();
      expect(await rows.read(unknown)).toBeUndefined();
      expect(await redis.client.pttl(entryOf(unknown))).toBeLessThanOrEqual(1_000);
      return (await redis.client.persist(entryOf(unknown))) === 1 ? unknown : undefined;
    },
    { what: 'an entry that says that there is nothing' },
  );
  const loads = table.loads;
  expect(await rows.read(key)).toBeUndefined();
  expect(table.loads).toBe(loads);
  await rows.changed([{ key, version: 1n, value: row(1n) }]);
  expect(await rows.read(key)).toEqual(row(1n));
});

test('an entry that cannot be read is replaced, which is logged once', async () => {
  const [cache, table] = [await open(), createTable()];
  const rows = cache.cached(table.source);
  const keys = [newKey(), newKey()];
  for (const key of keys) {
    table.rows.set(key, row(1n));
    await rows.read(key);
    await redis.client.hset(entryOf(key), 'value', '=nonsense');
  }
  for (const key of keys) expect(await rows.read(key)).toEqual(row(1n));
  for (const key of keys) {
    await rows.read(key);
    expect(await redis.client.hget(entryOf(key), 'value')).toBe('=1 v1');
  }
  await rows.read(keys[0]!);
  const said = cache.log().filter(({ level }) => level !== 'debug');
  expect(said.map(({ msg }) => msg)).toEqual([
    'decoding cached values of rows failed; retrying',
    'decoding cached values of rows works again',
  ]);
});

test('something of another type under the key is replaced', async () => {
  const [cache, table, key] = [await open(), createTable(), newKey()];
  const rows = cache.cached(table.source);
  table.rows.set(key, row(1n));
  await redis.client.lpush(entryOf(key), 'a list');
  await rows.changed([{ key, version: 1n }]);
  expect(await redis.client.exists(entryOf(key))).toBe(0);
  await redis.client.lpush(entryOf(key), 'a list');
  expect(await rows.read(key)).toEqual(row(1n));
  expect(await rows.read(key)).toEqual(row(1n));
  expect(table.loads).toBe(1);
});

test('a read is a span of its reader, above what it loads; a read outside of a trace is none', async () => {
  const spans = await recordSpans();
  try {
    const [cache, table, key] = [await open(), createTable(), newKey()];
    table.rows.set(key, row(1n));
    table.hold = () => inSpan('statement', {}, () => Promise.resolve());
    const rows = cache.cached(table.source);
    const readIn = (name: string) =>
      untilSettled(startSpan(name, undefined, {})!, () => rows.read(key));
    expect(await readIn('cold')).toEqual(row(1n));
    expect(await readIn('warm')).toEqual(row(1n));
    expect(await rows.read(key)).toEqual(row(1n));
    const { cold, warm, statement, 'cache rows': reads } = await spans.sent();
    expect(reads!.map(({ parentId }) => parentId)).toEqual([cold![0]!.spanId, warm![0]!.spanId]);
    expect(statement!.map(({ parentId }) => parentId)).toEqual([reads![0]!.spanId]);
    expect(JSON.stringify(reads)).not.toContain(key);
  } finally {
    await spans.end();
  }
});

test('a read that fails is a failed span', async () => {
  const spans = await recordSpans();
  try {
    const [cache, table] = [await open(), createTable()];
    table.hold = () => Promise.reject(new TypeError('with details'));
    const rows = cache.cached(table.source);
    const call = startSpan('call', undefined, {})!;
    await expect(call.run(() => rows.read(newKey()))).rejects.toThrow('with details');
    call.end();
    const { 'cache rows': reads } = await spans.sent();
    expect(reads).toMatchObject([{ parentId: call.spanId, error: 'TypeError' }]);
  } finally {
    await spans.end();
  }
});
