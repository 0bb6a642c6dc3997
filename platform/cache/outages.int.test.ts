import {
  createTable,
  openTestCache,
  type TestCache,
  type TestCacheOptions,
} from '../../testing/cache/open-test-cache.ts';
import { startTestRedis, type TestRedis } from '../../testing/engines/redis.ts';
import { waitFor } from '../../testing/wait-for.ts';

let redis: TestRedis;
const caches: TestCache[] = [];
beforeAll(async () => {
  redis = await startTestRedis();
});
afterEach(async () => {
  for (const cache of caches.splice(0)) cache.close();
  redis.proxy.set('pass');
  await redis.client.config('SET', 'maxmemory', '64mb');
  await redis.client.flushall();
});
afterAll(() => redis.close());

const open = async (url = redis.proxiedUrl, options: TestCacheOptions = {}) => {
  const cache = await openTestCache(url, options);
  caches.push(cache);
  return cache;
};

const key = 'a';
const entry = 'inorder:test:rows:a';
const saidBy = (cache: TestCache, from = 0) =>
  cache
    .log()
    .slice(from)
    .filter(({ level }) => level !== 'debug')
    .map(({ msg }) => msg);
const failed = 'caching in Redis failed; retrying';
const works = 'caching in Redis works again';

/** Reads until the value comes from the cache. */
const untilCached = async (cache: TestCache, read: () => Promise<unknown>) => {
  await waitFor(
    async () => {
      const before = (await cache.counts('cache_requests_total'))['hit'] ?? 0;
      await read();
      return ((await cache.counts('cache_requests_total'))['hit'] ?? 0) > before;
    },
    { what: 'the value to come from the cache' },
  );
};

test('away from the start: values are loaded, it is said once, and cached when Redis is back', async () => {
  redis.proxy.set('reset');
  const [cache, table] = [await open(), createTable()];
  const rows = cache.cached(table.source);
  table.rows.set(key, { version: 1n, text: 'x' });
  for (let reads = 0; reads < 50; reads += 1) expect(await rows.read(key)).toBeDefined();
  expect(table.loads).toBe(50);
  expect(saidBy(cache)).toEqual([failed]);
  expect(await cache.metric('cache_unavailable')).toBe(1);
  redis.proxy.set('pass');
  await untilCached(cache, () => rows.read(key));
  expect(saidBy(cache)).toEqual([failed, works]);
  expect(await cache.metric('cache_unavailable')).toBe(0);
});

test('stopped and started again: the same, and the scripts are there again', async () => {
  const [cache, table] = [await open(), createTable()];
  const rows = cache.cached(table.source);
  table.rows.set(key, { version: 1n, text: 'x' });
  await untilCached(cache, () => rows.read(key));
  await redis.server.kill('SIGKILL');
  for (let reads = 0; reads < 20; reads += 1) expect(await rows.read(key)).toBeDefined();
  expect(saidBy(cache)).toEqual([failed]);
  await redis.server.start();
  await untilCached(cache, () => rows.read(key));
  expect(saidBy(cache)).toEqual([failed, works]);
});

test.each(['drop', 'delay'] as const)(
  '%s: the deadline is paid now and then, not with each read',
  async (mode) => {
    const [cache, table] = [await open(redis.proxiedUrl, { deadlineMs: 50 }), createTable()];
    const rows = cache.cached(table.source);
    table.rows.set(key, { version: 1n, text: 'x' });
    await untilCached(cache, () => rows.read(key));
    // with so short a deadline a busy machine may have missed one before, and may miss one afterwards
    const begin = cache.log().length;
    const startedAt = performance.now();
    redis.proxy.set(mode);
    for (let reads = 0; reads < 500; reads += 1) expect(await rows.read(key)).toBeDefined();
    const seconds = (performance.now() - startedAt) / 1_000;
    const since = cache.log().slice(begin);
    const tries = since.filter(({ msg }) => msg === 'Redis could not be used').length;
    // three open the breaker, and then one a second tries
    expect(tries).toBeGreaterThanOrEqual(3);
    expect(tries).toBeLessThanOrEqual(3 + Math.ceil(seconds));
    expect(saidBy(cache, begin)).toEqual([failed]);
    redis.proxy.set('pass');
    await untilCached(cache, () => rows.read(key));
    expect(saidBy(cache, begin).slice(0, 2)).toEqual([failed, works]);
  },
);

test('full: what is there is served, the rest is loaded, and it is said once', async () => {
  const [cache, table] = [await open(), createTable()];
  const rows = cache.cached(table.source);
  table.rows.set(key, { version: 1n, text: 'x' });
  table.rows.set('b', { version: 1n, text: 'y' });
  await untilCached(cache, () => rows.read(key));
  await redis.client.config('SET', 'maxmemory-policy', 'noeviction', 'maxmemory', '1');
  const loads = table.loads;
  for (let reads = 0; reads < 20; reads += 1) {
    expect(await rows.read(key)).toMatchObject({ text: 'x' });
    expect(await rows.read('b')).toMatchObject({ text: 'y' });
  }
  expect(table.loads).toBe(loads + 20);
  const full = 'storing values in Redis failed; retrying';
  expect(saidBy(cache)).toEqual([full]);
  // a change removes the entry if it cannot be kept
  await rows.changed([{ key, version: 2n, value: { version: 2n, text: 'z' } }]);
  expect(await redis.client.exists(entry)).toBe(0);
  await redis.client.config('SET', 'maxmemory-policy', 'allkeys-lru', 'maxmemory', '64mb');
  await untilCached(cache, () => rows.read('b'));
  expect(saidBy(cache)).toEqual([full, 'storing values in Redis works again']);
});

test('flushed: values are loaded again, and nothing is said', async () => {
  const [cache, table] = [await open(), createTable()];
  const rows = cache.cached(table.source);
  table.rows.set(key, { version: 1n, text: 'x' });
  await rows.read(key);
  await redis.client.flushall();
  await redis.client.script('FLUSH');
  expect(await rows.read(key)).toBeDefined();
  expect(await rows.read(key)).toBeDefined();
  expect(table.loads).toBe(2);
  expect(saidBy(cache)).toEqual([]);
});

test('a change that could not be sent to Redis is sent as soon as it answers', async () => {
  const table = createTable();
  const [writer, reader] = [
    await open(redis.proxiedUrl, { deadlineMs: 50 }),
    // the old value does not expire while this test waits
    await open(redis.url, { ttlMs: 86_400_000 }),
  ];
  const [written, read] = [writer.cached(table.source), reader.cached(table.source)];
  table.rows.set(key, { version: 1n, text: 'old' });
  await read.read(key);
  redis.proxy.set('drop');
  table.rows.set(key, { version: 2n, text: 'new' });
  await written.changed([{ key, version: 2n, value: { version: 2n, text: 'new' } }]);
  expect(await read.read(key)).toMatchObject({ text: 'old' });
  expect(await written.read(key)).toMatchObject({ text: 'new' });
  redis.proxy.set('pass');
  await waitFor(async () => (await read.read(key))?.text === 'new', {
    what: 'the other process to read the new value',
  });
  // the process that wrote goes back to the cache
  await untilCached(writer, () => written.read(key));
});
