import { openTestCache, type TestCache } from '../../../testing/cache/open-test-cache.ts';
import { createTestDatabase } from '../../../testing/engines/database.ts';
import { startTestRedis, type TestRedis } from '../../../testing/engines/redis.ts';
import { openTestPool } from '../../../testing/test-pool.ts';
import { newId } from '#platform/base/ids.ts';
import { uncached } from '#platform/cache/cache.ts';
import type { Pool } from '#platform/database/pool.ts';
import { withTransaction } from '#platform/database/transaction.ts';
import { openOrder } from '../domain/order.ts';
import { learnEvents } from '../usecases/learn-events.ts';
import { cacheOrders } from './cached-orders.ts';
import { findOrder, lockOrders } from './orders.ts';
import { saveCreated } from './save-created.ts';
import { saveLearned } from './save-learned.ts';
import { saveStuck } from './stuck.ts';

let redis: TestRedis;
let pool: Pool;
let cache: TestCache;
beforeAll(async () => {
  const [started, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
  redis = started;
  pool = openTestPool(database.urlFor('booking'));
  cache = await openTestCache(redis.url);
});
afterAll(async () => {
  cache.close();
  await pool.end();
  await redis.close();
});

const create = async (): Promise<string> => {
  const order = {
    orderId: newId(),
    userId: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
    flight: { from: 'SVO', to: 'LED', date: '2099-05-01', time: '09:30', airline: 'SU' },
    amountMinor: 9_007_199_254_740_991n,
  };
  const afterCommit = () => undefined;
  const save = saveCreated({ pool, topic: 'a.topic', sagaTimeoutMs: 60_000, afterCommit });
  const { signal } = new AbortController();
  await save(openOrder(order, newId(), new Date()), { signal, headers: {} });
  return order.orderId;
};

const authorize = (orderId: string) =>
  withTransaction(pool, (tx) =>
    learnEvents({
      now: () => new Date(),
      lockOrders: lockOrders(tx),
      saveLearned: saveLearned(tx),
    })([
      {
        orderId,
        fact: { eventId: newId(), type: 'PaymentAuthorized', occurredAt: new Date(), reason: 'x' },
      },
    ]),
  );

test('an order from the cache is the one of the database, whatever has changed it', async () => {
  const orders = cacheOrders(pool, cache);
  const orderId = await create();
  const expectSame = async () => {
    const stored = await findOrder(pool)(orderId);
    expect(await orders.findOrder(orderId)).toEqual(stored);
    expect(await orders.findOrder(orderId)).toEqual(stored);
  };
  await expectSame();
  await withTransaction(pool, (tx) => saveStuck(tx)(orderId, new Date()));
  await orders.noteOrders([orderId]);
  await expectSame();
  await orders.noteChanged(await authorize(orderId));
  await expectSame();
  expect((await orders.findOrder(orderId))?.order.status).toBe('PAYMENT_AUTHORIZED');
});

test('a reader that loaded an order before a change does not store it after the change', async () => {
  const orderId = await create();
  const [loaded, held] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
  // loads in earnest, and is late with what it has
  const query = pool.query.bind(pool) as unknown as (...args: unknown[]) => Promise<unknown>;
  const slow = {
    query: async (...args: unknown[]) => {
      const result = await query(...args);
      loaded.resolve(undefined);
      await held.promise;
      return result;
    },
  } as unknown as Pool;
  const late = cacheOrders(slow, cache).findOrder(orderId);
  await loaded.promise;
  const orders = cacheOrders(pool, cache);
  await authorize(orderId);
  await orders.noteOrders([orderId]);
  held.resolve(undefined);
  expect(await late).toMatchObject({ order: { status: 'CREATED' }, facts: [{ sequence: 1n }] });
  expect((await orders.findOrder(orderId))?.order.status).toBe('PAYMENT_AUTHORIZED');
});

test('without a cache the database is read, and nothing is noted', async () => {
  const orders = cacheOrders(pool, uncached);
  const orderId = await create();
  await orders.noteOrders([orderId]);
  expect((await orders.findOrder(orderId))?.order.orderId).toBe(orderId);
  expect(await orders.findOrder(newId())).toBeUndefined();
});
