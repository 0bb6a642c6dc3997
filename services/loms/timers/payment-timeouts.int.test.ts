import { Registry } from 'prom-client';
import { createTestDatabase } from '../../../testing/engines/database.ts';
import type { Pool } from '#platform/database/pool.ts';
import { newId } from '#platform/base/ids.ts';
import { createLogger } from '#platform/base/logger.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import type { RunningTimers } from '#platform/messaging/timer/start-timers.ts';
import { startTimers } from '#platform/messaging/timer/start-timers.ts';
import { paymentTimeouts } from './payment-timeouts.ts';
import { loadForCreation } from '../store/load-for-creation.ts';
import { findOrder } from '../store/orders.ts';
import { saveReserved } from '../store/save-created.ts';
import { saveFailed } from '../store/save-failed.ts';
import { saveStatusChange } from '../store/save-status-change.ts';
import { findStock, type VersionedStock } from '../store/stocks.ts';
import { createOrder } from '../usecases/create-order.ts';
import { cancelOrder, payOrder } from '../usecases/change-status.ts';
import { openTestPool } from '../../../testing/test-pool.ts';

const logger = createLogger({ service: 'test', level: 'error', format: 'json' });
const call = { signal: new AbortController().signal, headers: { 'correlation-id': 'c-1' } };
const eventDeps = { now: () => new Date(), newEventId: newId };
let pool: Pool;
let url: string;
let wakeUps = 0;
const running: RunningTimers[] = [];

beforeAll(async () => {
  url = (await createTestDatabase()).urlFor('loms');
  pool = openTestPool(url);
});
afterEach(async () => {
  for (const timers of running.splice(0)) await timers.stop();
});
afterAll(() => pool.end());

/** By sku, the newest stocks that the cache would be told of. */
const noted = new Map<bigint, VersionedStock>();
const noteStocks = (stocks: readonly VersionedStock[]) => {
  for (const stock of stocks)
    if (stock.version > (noted.get(stock.sku)?.version ?? 0n)) noted.set(stock.sku, stock);
  return Promise.resolve();
};
const saveWith = (paymentTimeoutMs?: number) => ({
  pool,
  wakePublisher: () => (wakeUps += 1),
  noteStocks,
  paymentTimeoutMs,
});
const startTimeouts = () =>
  running.push(
    startTimers({
      pool,
      schema: 'loms',
      logger,
      registry: new Registry(),
      kinds: paymentTimeouts({ eventDeps, save: saveWith() }),
    }),
  );
const create = (sku: bigint, timeoutMs?: number) =>
  createOrder({
    ...eventDeps,
    loadForCreation: loadForCreation(pool),
    saveReserved: saveReserved(saveWith(timeoutMs)),
    saveFailed: saveFailed(saveWith(timeoutMs)),
  })({ userId: 1n, items: [{ sku, count: 3 }] }, call);
const changeDeps = () => ({
  ...eventDeps,
  findOrder: findOrder(pool),
  saveStatusChange: saveStatusChange(saveWith()),
});
const statusOf = async (orderId: bigint) => (await findOrder(pool)(orderId))?.status;
const listTimers = async () =>
  (await pool.query<{ key: string }>('SELECT key FROM loms.timers ORDER BY key')).rows;
const untilNoTimer = () =>
  waitFor(async () => (await listTimers()).length === 0, { what: 'no timer', timeoutMs: 60_000 });

test('an order that is not paid in time is cancelled, told of, and gives its stock back', async () => {
  const orderId = await create(1002n, 1);
  const timeless = await create(1002n);
  expect(await findStock(pool)(1002n)).toMatchObject({ reserved: 26n });
  const before = wakeUps;
  startTimeouts();
  await untilNoTimer();
  expect(await statusOf(orderId)).toBe('cancelled');
  expect(await statusOf(timeless)).toBe('awaiting payment');
  expect(await findStock(pool)(1002n)).toMatchObject({ totalCount: 200n, reserved: 23n });
  const { rows } = await pool.query(
    `SELECT sequence::int, payload->>'status' AS status, payload->>'reason' AS reason, headers
       FROM loms.outbox WHERE key = $1 ORDER BY seq DESC LIMIT 1`,
    [orderId.toString()],
  );
  const headers = { 'correlation-id': 'c-1' };
  expect(rows).toEqual([{ sequence: 3, status: 'cancelled', reason: 'payment-timeout', headers }]);
  await waitFor(() => wakeUps > before, { what: 'a wake-up after the commit' });
  expect(noted.get(1002n)).toEqual(await findStock(pool)(1002n));
});

test('a payment and a cancellation take the timer along', async () => {
  const [payed, cancelled] = [await create(1003n, 60_000), await create(1003n, 60_000)];
  expect(await listTimers()).toHaveLength(2);
  await payOrder(changeDeps())(payed, call);
  await cancelOrder(changeDeps())(cancelled, call);
  expect(await listTimers()).toEqual([]);
});

test('an order that failed has no timer', async () => {
  await expect(create(5n, 60_000)).rejects.toMatchObject({ reason: 'out-of-stock' });
  expect(await listTimers()).toEqual([]);
});

test('a timer whose order has moved on just ends', async () => {
  const orderId = await create(1004n);
  await payOrder(changeDeps())(orderId, call);
  await pool.query(
    `INSERT INTO loms.timers (kind, key, due_at, payload) VALUES ('payment', $1, now(), '{}')`,
    [orderId.toString()],
  );
  startTimeouts();
  await untilNoTimer();
  expect(await findOrder(pool)(orderId)).toMatchObject({ status: 'payed', sequence: 3n });
});

test('payments against timeouts at the same time: exactly one wins each order', async () => {
  startTimeouts();
  startTimeouts();
  const orderIds = await Promise.all(Array.from({ length: 60 }, () => create(1005n, 30)));
  const pay = (orderId: bigint) =>
    payOrder(changeDeps())(orderId, call).then(
      () => 'payed',
      (error: unknown) => (error as { reason: string }).reason,
    );
  const outcomes = await Promise.all(orderIds.map(pay));
  await untilNoTimer();
  for (const [i, orderId] of orderIds.entries()) {
    const status = outcomes[i] === 'payed' ? 'payed' : 'cancelled';
    expect(await findOrder(pool)(orderId)).toMatchObject({ status, sequence: 3n });
  }
  expect(outcomes.filter((one) => !['payed', 'order-not-payable'].includes(one))).toEqual([]);
  const payed = outcomes.filter((one) => one === 'payed').length;
  const stock = { totalCount: 350n - 3n * BigInt(payed), reserved: 50n };
  expect(await findStock(pool)(1005n)).toMatchObject(stock);
});
