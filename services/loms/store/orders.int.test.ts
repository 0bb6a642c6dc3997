import { createTestDatabase } from '../../../testing/engines/database.ts';
import type { Pool } from '#platform/database/pool.ts';
import { newId } from '#platform/base/ids.ts';
import { openTestPool } from '../../../testing/test-pool.ts';
import {
  awaitPayment,
  cancel,
  fail,
  openOrder,
  type OrderChange,
  type OrderEvent,
  pay,
} from '../domain/order.ts';
import { loadForCreation } from './load-for-creation.ts';
import { findOrder } from './orders.ts';
import { saveReserved } from './save-created.ts';
import { saveFailed } from './save-failed.ts';
import { saveStatusChange } from './save-status-change.ts';
import { findStock } from './stocks.ts';

let pool: Pool;
let wakeUps = 0;
const call = { signal: new AbortController().signal, headers: { 'correlation-id': 'c-1' } };
const answer = { result: '' };

beforeAll(async () => {
  const database = await createTestDatabase();
  pool = openTestPool(database.urlFor('loms'));
});
afterAll(() => pool.end());

const save = () => ({ pool, wakePublisher: () => (wakeUps += 1) });
const toEvents = (...changes: OrderChange[]): OrderEvent[] =>
  changes.map((change) => ({ eventId: newId(), moment: new Date(), change }));

const openNew = async (...items: { sku: bigint; count: number }[]) => {
  const { orderId } = await loadForCreation(pool)(
    items.map(({ sku }) => sku),
    call,
  );
  return openOrder({ orderId, userId: 9n, items });
};
const createReserved = async (...items: { sku: bigint; count: number }[]) => {
  const opened = await openNew(...items);
  const reserved = awaitPayment(opened.order);
  expect(await saveReserved(save())(toEvents(opened, reserved), call, answer)).toBe(true);
  return reserved.order;
};
const listEvents = async (orderId: bigint) => {
  const { rows } = await pool.query<Record<string, unknown>>(
    `SELECT sequence::int, payload->>'status' AS status, payload->>'previous_status' AS before, headers
       FROM loms.outbox WHERE key = $1 ORDER BY seq`,
    [orderId.toString()],
  );
  return rows;
};

test('a saved order is found again, its stock is reserved, its events wait in the outbox', async () => {
  const before = wakeUps;
  const order = await createReserved({ sku: 1002n, count: 3 }, { sku: 1003n, count: 1 });
  expect(await findOrder(pool)(order.orderId)).toEqual(order);
  expect(await findStock(pool)(1002n)).toMatchObject({ totalCount: 200n, reserved: 23n });
  expect(await listEvents(order.orderId)).toEqual([
    { sequence: 1, status: 'new', before: null, headers: call.headers },
    { sequence: 2, status: 'awaiting payment', before: 'new', headers: call.headers },
  ]);
  expect(wakeUps).toBe(before + 1);
});

test('an order that stock no longer suffices for leaves no trace and wakes nobody', async () => {
  const opened = await openNew({ sku: 1004n, count: 1 }, { sku: 2956315n, count: 100_000 });
  const before = wakeUps;
  const saved = await saveReserved(save())(
    toEvents(opened, awaitPayment(opened.order)),
    call,
    answer,
  );
  expect(saved).toBe(false);
  expect(await findOrder(pool)(opened.order.orderId)).toBeUndefined();
  expect(await findStock(pool)(1004n)).toMatchObject({ reserved: 40n });
  expect(await listEvents(opened.order.orderId)).toEqual([]);
  expect(wakeUps).toBe(before);
});

test('orders of one turn share a statement; what is not enough for all is given to each as it comes', async () => {
  const store = { save: saveReserved(save()), load: loadForCreation(pool) };
  const create = async (count: number) => {
    const items = [{ sku: 3618852n, count }];
    const { orderId, stocks } = await store.load([3618852n], call);
    const opened = openOrder({ orderId, userId: 9n, items });
    const isSaved = await store.save(toEvents(opened, awaitPayment(opened.order)), call, answer);
    return { orderId, stocks, isSaved };
  };
  const { totalCount } = (await findStock(pool)(3618852n))!;
  const before = wakeUps;
  const few = await Promise.all([create(1), create(2), create(3)]);
  expect(few.map(({ isSaved }) => isSaved)).toEqual([true, true, true]);
  expect(new Set(few.map(({ orderId }) => orderId)).size).toBe(3);
  for (const { stocks } of few) expect(stocks).toMatchObject([{ sku: 3618852n, totalCount }]);
  expect(wakeUps).toBe(before + 1);
  for (const { orderId } of few) expect(await listEvents(orderId)).toHaveLength(2);

  const all = Number(totalCount) - 6;
  const many = await Promise.all([create(all), create(all), create(all + 1)]);
  expect(many.filter(({ isSaved }) => isSaved)).toHaveLength(1);
  expect(await findStock(pool)(3618852n)).toMatchObject({ reserved: totalCount });
});

test('an unknown sku is never enough', async () => {
  const opened = await openNew({ sku: 1004n, count: 1 }, { sku: 5n, count: 1 });
  expect(
    await saveReserved(save())(toEvents(opened, awaitPayment(opened.order)), call, answer),
  ).toBe(false);
});

test('a failed order is kept with its items, known or not, and touches no stock', async () => {
  const opened = await openNew({ sku: 5n, count: 1 }, { sku: 1005n, count: 999 });
  const failed = fail(opened.order, 'out-of-stock');
  expect(await saveFailed(save())(toEvents(opened, failed), call, answer)).toBe(true);
  expect(await findOrder(pool)(opened.order.orderId)).toEqual(failed.order);
  expect(await findStock(pool)(1005n)).toMatchObject({ reserved: 50n });
  expect(await listEvents(opened.order.orderId)).toMatchObject([
    { sequence: 1, status: 'new' },
    { sequence: 2, status: 'failed', before: 'new' },
  ]);
});

test('payment takes reserved pieces out of the stock', async () => {
  const order = await createReserved({ sku: 1076963n, count: 5 });
  const [event] = toEvents(pay(order)!);
  expect(await saveStatusChange(save())(event!, call)).toBe(true);
  expect(await findStock(pool)(1076963n)).toMatchObject({ totalCount: 295n, reserved: 35n });
  expect(await findOrder(pool)(order.orderId)).toMatchObject({ status: 'payed', sequence: 3n });
});

test('cancellation gives them back', async () => {
  const order = await createReserved({ sku: 135937324n, count: 5 });
  const [event] = toEvents(cancel(order, 'by-request')!);
  expect(await saveStatusChange(save())(event!, call)).toBe(true);
  expect(await findStock(pool)(135937324n)).toMatchObject({ totalCount: 300n, reserved: 30n });
});

test('of many payments and cancellations decided on one state exactly one is saved', async () => {
  const order = await createReserved({ sku: 3596599n, count: 7 });
  const events = Array.from({ length: 20 }, (_, i) =>
    toEvents(i % 2 === 0 ? pay(order)! : cancel(order, 'by-request')!),
  ).flat();
  const saved = await Promise.all(events.map((event) => saveStatusChange(save())(event, call)));
  expect(saved.filter(Boolean)).toHaveLength(1);
  expect(await listEvents(order.orderId)).toHaveLength(3);
  const { totalCount, reserved } = (await findStock(pool)(3596599n))!;
  expect(reserved).toBe(0n);
  expect([293n, 300n]).toContain(totalCount);
});

test('orders that name the same skus in opposite orders do not deadlock', async () => {
  const skus = [4288068n, 4465995n, 30816475n];
  const create = (i: number) => {
    const items = (i % 2 === 0 ? skus : skus.toReversed()).map((sku) => ({ sku, count: 1 }));
    return createReserved(...items);
  };
  await Promise.all(Array.from({ length: 60 }, (_, i) => create(i)));
  for (const sku of skus) expect(await findStock(pool)(sku)).toMatchObject({ reserved: 60n });
});

test('ids are uuid v7 and lie in the partition of their day', async () => {
  const { rows } = await pool.query<{ partition: string; version: number }>(
    `SELECT DISTINCT relname AS partition, uuid_extract_version(id) AS version
       FROM loms.outbox o JOIN pg_class ON pg_class.oid = o.tableoid`,
  );
  expect(rows.every(({ partition }) => /^outbox_\d{8}$/.test(partition))).toBe(true);
  expect(rows.every(({ version }) => version === 7)).toBe(true);
});
