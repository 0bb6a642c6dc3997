import { newId } from '#platform/base/ids.ts';
import type { Pool } from '#platform/database/pool.ts';
import { openTestCache, type TestCache } from '../../../testing/cache/open-test-cache.ts';
import { createTestDatabase, type TestDatabase } from '../../../testing/engines/database.ts';
import { startTestRedis, type TestRedis } from '../../../testing/engines/redis.ts';
import { openTestPool } from '../../../testing/test-pool.ts';
import { cancelOrder, payOrder } from '../usecases/change-status.ts';
import { createOrder } from '../usecases/create-order.ts';
import { cacheStocks } from './cached-stocks.ts';
import { loadForCreation } from './load-for-creation.ts';
import { findOrder } from './orders.ts';
import { saveReserved } from './save-created.ts';
import { saveFailed } from './save-failed.ts';
import { saveStatusChange } from './save-status-change.ts';
import { findStock } from './stocks.ts';

let redis: TestRedis;
let database: TestDatabase;
const open: { pool: Pool; cache: TestCache }[] = [];
beforeAll(async () => {
  [redis, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
});
afterAll(async () => {
  for (const { pool, cache } of open) {
    cache.close();
    await pool.end();
  }
  await redis.close();
});

const call = { signal: new AbortController().signal, headers: {} };

/** What a process of loms has: its own connections, and the writers and readers on them. */
const openProcess = async () => {
  const pool = openTestPool(database.urlFor('loms'));
  const cache = await openTestCache(redis.url);
  open.push({ pool, cache });
  const { findStock: readStock, noteStocks } = cacheStocks(pool, cache);
  const save = { pool, noteStocks, wakePublisher: () => undefined };
  const deps = { now: () => new Date(), newEventId: newId, findOrder: findOrder(pool) };
  const change = { ...deps, saveStatusChange: saveStatusChange(save) };
  const create = createOrder({
    ...deps,
    loadForCreation: loadForCreation(pool),
    saveReserved: saveReserved(save),
    saveFailed: saveFailed(save),
  });
  return {
    cache,
    readStock,
    loadStock: findStock(pool),
    create: (skus: readonly bigint[]) =>
      create({ userId: 1n, items: skus.map((sku) => ({ sku, count: 1 })) }, call),
    pay: (orderId: bigint) => payOrder(change)(orderId, call),
    cancel: (orderId: bigint) => cancelOrder(change)(orderId, call),
  };
};

test('who asks after an order was created, payed or cancelled sees its stock, in another process too', async () => {
  const [one, other] = [await openProcess(), await openProcess()];
  const skus = [1002n, 1003n];
  const compare = async () => {
    for (const sku of skus) expect(await other.readStock(sku)).toEqual(await one.loadStock(sku));
  };
  await compare();
  const orders = await Promise.all(Array.from({ length: 8 }, () => one.create(skus)));
  await compare();
  for (const [n, orderId] of orders.entries()) {
    await (n % 2 === 0 ? one.pay(orderId) : one.cancel(orderId));
    await compare();
  }
  // the writer has told the values, so nobody loads them again
  expect(await other.cache.counts('cache_requests_total')).toEqual({ loaded: 2, hit: 18 });
});
