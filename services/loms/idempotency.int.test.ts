import { createTestDatabase } from '../../testing/engines/database.ts';
import type { Pool } from '#platform/database/pool.ts';
import type { IdempotencyKey } from '#platform/serving/idempotency/key.ts';
import { newId } from '#platform/base/ids.ts';
import { untilWaitingForLock } from '../../testing/lock-wait.ts';
import { loadForCreation } from './store/load-for-creation.ts';
import { saveReserved } from './store/save-created.ts';
import { saveFailed } from './store/save-failed.ts';
import { createOrder } from './usecases/create-order.ts';
import { openTestPool } from '../../testing/test-pool.ts';

const signal = new AbortController().signal;
let admin: Pool;
let pools: [Pool, Pool];

beforeAll(async () => {
  const database = await createTestDatabase();
  const open = openTestPool;
  admin = open(database.adminUrl);
  pools = [open(database.urlFor('loms')), open(database.urlFor('loms'))];
});
afterAll(() => Promise.all([admin, ...pools].map((pool) => pool.end())));

const keyOf = (key: string, request = 'a'): IdempotencyKey => ({
  method: 'OrderCreate',
  key,
  requestHash: Buffer.from(request),
});

const create = (sku: bigint, idempotencyKey: IdempotencyKey, pool = pools[0]) => {
  const save = { pool, wakePublisher: () => undefined };
  const run = createOrder({
    now: () => new Date(),
    newEventId: newId,
    loadForCreation: loadForCreation(pool),
    saveReserved: saveReserved(save),
    saveFailed: saveFailed(save),
  });
  return run(
    { userId: 1n, items: [{ sku, count: 1 }] },
    { signal, headers: { 'correlation-id': idempotencyKey.key }, idempotencyKey },
  );
};

/** What was kept for a correlation id: each order once, by its first event. */
const listOrders = async (key: string) => {
  const { rows } = await admin.query<{ order_id: bigint; status: string }>(
    `SELECT order_id, o.status FROM loms.outbox e JOIN loms.orders o ON o.order_id::text = e.key
      WHERE e.sequence = 1 AND headers->>'correlation-id' = $1`,
    [key],
  );
  return rows;
};

test.each([
  [1002n, 'awaiting payment'],
  [5n, 'failed'],
])('50 twins in two pools make one order of sku %d, which is %s', async (sku, status) => {
  const key = `twins ${status}`;
  const twins = Array.from({ length: 50 }, (_, i) =>
    create(sku, keyOf(key), pools[i % 2]).catch((error: unknown) => error),
  );
  const [first, ...others] = await Promise.all(twins);
  for (const other of others) expect(other).toEqual(first);
  const orders = await listOrders(key);
  expect(orders).toMatchObject([{ status }]);
  const orderId = orders[0]!.order_id;
  if (status === 'failed') expect(first).toMatchObject({ metadata: { order_id: `${orderId}` } });
  else expect(first).toBe(orderId);
});

test('twins of the last piece make one order, and no refusal', async () => {
  await admin.query('INSERT INTO loms.stocks VALUES (77, 1, 0)');
  const twins = Array.from({ length: 20 }, (_, i) => create(77n, keyOf('last'), pools[i % 2]));
  expect(new Set(await Promise.all(twins)).size).toBe(1);
  expect(await listOrders('last')).toHaveLength(1);
});

test('the same key with another request is refused, and keeps nothing', async () => {
  await create(1003n, keyOf('reused'));
  await expect(create(1004n, keyOf('reused', 'b'))).rejects.toMatchObject({
    kind: 'precondition',
    reason: 'idempotency-key-reused',
  });
  expect(await listOrders('reused')).toHaveLength(1);
});

test('of twins with different requests one wins, the others are refused', async () => {
  const twins = Array.from({ length: 20 }, (_, i) =>
    create(i % 2 === 0 ? 1003n : 1005n, keyOf('unlike', String(i % 2)), pools[i % 2]),
  );
  const outcomes = await Promise.allSettled(twins);
  const ids = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const refused = outcomes.filter((one) => one.status === 'rejected');
  expect(ids).toHaveLength(10);
  expect(new Set(ids).size).toBe(1);
  expect(refused).toHaveLength(10);
  for (const { reason } of refused)
    expect(reason).toMatchObject({ reason: 'idempotency-key-reused' });
  expect(await listOrders('unlike')).toHaveLength(1);
});

test('a refusal for want of stock is repeated though there is stock by now', async () => {
  await admin.query('INSERT INTO loms.stocks VALUES (78, 0, 0)');
  const first: unknown = await create(78n, keyOf('short')).catch((error: unknown) => error);
  expect(first).toMatchObject({ reason: 'out-of-stock', metadata: { skus: '78' } });
  await admin.query('UPDATE loms.stocks SET total_count = 9 WHERE sku = 78');
  const { message, metadata } = first as { message: string; metadata: object };
  await expect(create(78n, keyOf('short'))).rejects.toMatchObject({
    kind: 'precondition',
    reason: 'out-of-stock',
    message,
    metadata,
  });
  expect(await listOrders('short')).toHaveLength(1);
});

test('a key whose holder rolls back is free: the one that waited for it makes the order', async () => {
  const holder = await admin.connect();
  await holder.query('BEGIN');
  await holder.query(
    `INSERT INTO loms.idempotency_keys (method, key, request_hash, answer)
     VALUES ('OrderCreate', 'undone', '', '{"result": "1"}')`,
  );
  const waiting = create(1002n, keyOf('undone'));
  await untilWaitingForLock(admin, 'loms');
  await holder.query('ROLLBACK');
  holder.release();
  const orderId = await waiting;
  expect(await listOrders('undone')).toMatchObject([{ order_id: orderId }]);
});
