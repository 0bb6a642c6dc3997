import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Pool } from 'pg';
import { OrderStatus, ProcessAction, PvzService } from '#gen/pvz/v1/pvz_pb.ts';
import { createTestDatabase } from '../testing/engines/database.ts';
import { contractWords } from '../testing/services/contract-words.ts';
import type { RestContract } from '../testing/services/rest-client.ts';
import { protocols, startService, type RunningService } from '../testing/services/start-service.ts';

const {
  acceptOrder,
  returnOrder,
  processOrders,
  listOrders,
  listReturns,
  getHistory,
  getOrderHistory,
  importOrders,
} = PvzService.method;
const { ISSUE, RETURN } = ProcessAction;

const rest: RestContract = {
  paths: {
    AcceptOrder: 'POST /orders',
    ReturnOrder: 'DELETE /orders/{order_id}',
    ProcessOrders: 'POST /orders/process',
    ListOrders: 'GET /orders',
    ListReturns: 'GET /orders/returns',
    GetHistory: 'GET /orders/history',
    GetOrderHistory: 'GET /orders/{order_id}/history',
    ImportOrders: 'POST /orders/import',
  },
};
const statuses = { FAILED_PRECONDITION: '412' };

let admin: Pool;
let pvz: RunningService;
let lastId = 0n;
const newId = () => (lastId += 1n);

beforeAll(async () => {
  const database = await createTestDatabase();
  admin = new Pool({ connectionString: database.adminUrl, max: 2, allowExitOnIdle: true });
  const env = { DATABASE_URL: database.urlFor('pvz'), RATE_LIMIT: '0' };
  pvz = await startService({ name: 'pvz', rest, env });
});
afterAll(async () => {
  await pvz.stop();
  await admin.end();
});

const tomorrow = () => timestampFromDate(new Date(Date.now() + 86_400_000));
const brought = (changes: object = {}) => ({
  ...{
    orderId: newId(),
    userId: 7n,
    expiresAt: tomorrow(),
    package: 'bag',
    weight: 2.5,
    price: 100,
  },
  ...changes,
});
/** Makes the storage term of an order end so many milliseconds from now. */
const endTerm = (orderId: bigint, inMs: number) =>
  admin.query(
    `UPDATE pvz.orders SET expires_at = clock_timestamp() + $2 * interval '1 ms' WHERE order_id = $1`,
    [orderId, inMs],
  );
/** Makes the last change of an order so many milliseconds older. */
const age = (orderId: bigint, ms: number) =>
  admin.query(
    `UPDATE pvz.orders SET changed_at = changed_at - $2 * interval '1 ms' WHERE order_id = $1`,
    [orderId, ms],
  );
const hoursMs = 3_600_000;

const savedOf = async (orderId: bigint) => {
  const { rows } = await admin.query<{ orders: number; changes: number; events: number }>(
    `SELECT (SELECT count(*)::int FROM pvz.orders WHERE order_id = $1) AS orders,
            (SELECT count(*)::int FROM pvz.order_changes WHERE order_id = $1) AS changes,
            (SELECT count(*)::int FROM pvz.outbox WHERE key = $1::text) AS events`,
    [orderId],
  );
  return rows[0]!;
};
const nothing = { orders: 0, changes: 0, events: 0 };

describe.each(protocols)('AcceptOrder through %s', (protocol) => {
  const { ask, expectRefusal, expectInvalid } = contractWords(() => pvz, protocol, statuses);

  test('an order is accepted, and is in the point', async () => {
    const order = brought({ userId: newId(), package: 'box+film', weight: 29.9, price: 99.5 });
    const answer = await ask(acceptOrder, order);
    expect(answer).toMatchObject({ status: OrderStatus.ACCEPTED, orderId: order.orderId });
    const { orders, total } = await ask(listOrders, { userId: order.userId, inPvz: true });
    expect(total).toBe(1n);
    expect(orders).toMatchObject([
      {
        ...{ orderId: order.orderId, userId: order.userId, status: OrderStatus.ACCEPTED },
        ...{ package: 'box+film', weight: 29.9, price: 99.5, total: 120.5 },
      },
    ]);
    expect(await savedOf(order.orderId)).toEqual({ orders: 1, changes: 1, events: 1 });
  });

  test('a storage term that is not in the future: VALIDATION_FAILED', async () => {
    const order = brought({ expiresAt: timestampFromDate(new Date(Date.now() - 60_000)) });
    const refusal = { code: 'INVALID_ARGUMENT', reason: 'VALIDATION_FAILED' };
    await expectRefusal(acceptOrder, order, refusal);
    expect(await savedOf(order.orderId)).toEqual(nothing);
  });

  test('an id ever seen: ORDER_ALREADY_EXISTS, also once it is deleted', async () => {
    const order = brought();
    await ask(acceptOrder, order);
    const refusal = { code: 'ALREADY_EXISTS', reason: 'ORDER_ALREADY_EXISTS' };
    await expectRefusal(acceptOrder, brought({ orderId: order.orderId, userId: 9n }), refusal);
    await endTerm(order.orderId, -1_000);
    await ask(returnOrder, { orderId: order.orderId });
    await expectRefusal(acceptOrder, brought({ orderId: order.orderId }), refusal);
    expect(await savedOf(order.orderId)).toEqual({ orders: 1, changes: 2, events: 2 });
  });

  test.each([
    ['bag', 9.999, 105],
    ['box', 29.999, 120],
    ['film', 500, 101],
    ['bag+film', 9.999, 106],
    ['box+film', 29.999, 121],
    ['none', 500, 100],
    ['', 500, 100],
  ])('package %j holds %d kg, and makes 100 rubles %d', async (name, weight, total) => {
    const order = brought({ userId: newId(), package: name, weight });
    await ask(acceptOrder, order);
    const { orders } = await ask(listOrders, { userId: order.userId });
    expect(orders).toMatchObject([{ package: name || 'none', total }]);
  });

  test.each([
    ['bag', 10],
    ['bag+film', 10],
    ['box', 30],
    ['box+film', 30],
  ])('package %s at exactly its limit of %d kg: WEIGHT_TOO_HEAVY', async (name, weight) => {
    const order = brought({ package: name, weight });
    const refusal = { code: 'INVALID_ARGUMENT', reason: 'WEIGHT_TOO_HEAVY' };
    await expectRefusal(acceptOrder, order, refusal);
    expect(await savedOf(order.orderId)).toEqual(nothing);
  });

  test('an unknown package: INVALID_PACKAGE', async () => {
    const refusal = { code: 'INVALID_ARGUMENT', reason: 'INVALID_PACKAGE' };
    for (const name of ['crate', 'film+bag', 'toString', 'x'.repeat(10_000)])
      await expectRefusal(acceptOrder, brought({ package: name }), refusal);
  });

  test('wrong ids, weights and prices are refused, naming the field', async () => {
    await expectInvalid(acceptOrder, brought({ orderId: 0n }), 'order_id');
    await expectInvalid(acceptOrder, brought({ userId: 0n }), 'user_id');
    await expectInvalid(acceptOrder, brought({ weight: 0 }), 'weight');
    await expectInvalid(acceptOrder, brought({ price: 0 }), 'price');
    await expectInvalid(acceptOrder, brought({ price: 0.001 }), 'price');
    await expectInvalid(acceptOrder, brought({ expiresAt: undefined }), 'expires_at');
  });
});

test("an operator reads the outbox by the contract's columns", async () => {
  const { ask } = contractWords(() => pvz, 'grpc');
  const { orderId } = await ask(acceptOrder, brought());
  const { rows } = await admin.query<Record<string, unknown>>(
    `SELECT id, payload, status, error, created_at, sent_at, attempts, last_attempt_at FROM pvz.outbox
      WHERE payload #>> '{order,id}' = $1`,
    [orderId.toString()],
  );
  expect(rows).toEqual([
    {
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      payload: {
        event_id: rows[0]?.['id'],
        event_type: 'order_accepted',
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        actor: { type: 'courier', id: expect.any(Number) as unknown },
        order: { id: Number(orderId), user_id: '7', status: 'accepted' },
        source: 'pvz-api',
      },
      ...{ status: 'CREATED', error: null, attempts: 0, last_attempt_at: null, sent_at: null },
      created_at: expect.any(Date) as unknown,
    },
  ]);
});

describe.each(protocols)('ReturnOrder through %s', (protocol) => {
  const { ask, expectRefusal } = contractWords(() => pvz, protocol, statuses);

  test('an order waiting in the point goes back only after its term: else STORAGE_EXPIRED', async () => {
    const { orderId } = await ask(acceptOrder, brought());
    const refusal = { code: 'FAILED_PRECONDITION', reason: 'STORAGE_EXPIRED' };
    await expectRefusal(returnOrder, { orderId }, refusal);
    await endTerm(orderId, -1_000);
    const answer = await ask(returnOrder, { orderId });
    expect(answer).toMatchObject({ status: OrderStatus.RETURNED_TO_COURIER, orderId });
  });

  test('never while it is with the client; returned by the client: at once', async () => {
    const { orderId } = await ask(acceptOrder, brought());
    await ask(processOrders, { userId: 7n, action: ISSUE, orderIds: [orderId] });
    await endTerm(orderId, -1_000);
    const refusal = { code: 'INVALID_ARGUMENT', reason: 'VALIDATION_FAILED' };
    await expectRefusal(returnOrder, { orderId }, refusal);
    await ask(processOrders, { userId: 7n, action: RETURN, orderIds: [orderId] });
    await endTerm(orderId, hoursMs);
    expect(await ask(returnOrder, { orderId })).toMatchObject({ orderId });
  });

  test('it is marked deleted, not erased; an unknown or deleted one: ORDER_NOT_FOUND', async () => {
    const order = brought({ userId: newId() });
    await ask(acceptOrder, order);
    await endTerm(order.orderId, -1_000);
    await ask(returnOrder, { orderId: order.orderId });
    const refusal = { code: 'NOT_FOUND', reason: 'ORDER_NOT_FOUND' };
    await expectRefusal(returnOrder, { orderId: order.orderId }, refusal);
    await expectRefusal(returnOrder, { orderId: newId() }, refusal);
    expect(await ask(listOrders, { userId: order.userId })).toMatchObject({ total: 0n });
    const { changes } = await ask(getOrderHistory, { orderId: order.orderId });
    expect(changes.map(({ status }) => status)).toEqual([
      OrderStatus.RETURNED_TO_COURIER,
      OrderStatus.ACCEPTED,
    ]);
  });
});

describe.each(protocols)('ProcessOrders through %s', (protocol) => {
  const { ask, expectInvalid } = contractWords(() => pvz, protocol, statuses);
  const accepted = async (changes: object = {}) =>
    (await ask(acceptOrder, brought(changes))).orderId;
  const issue = (...orderIds: bigint[]) =>
    ask(processOrders, { userId: 7n, action: ISSUE, orderIds });
  const giveBack = (...orderIds: bigint[]) =>
    ask(processOrders, { userId: 7n, action: RETURN, orderIds });

  test('each order is decided by itself: what is refused holds up no other', async () => {
    const [good, foreign, expired, unknown] = [
      await accepted(),
      await accepted({ userId: 8n }),
      await accepted(),
      newId(),
    ];
    await endTerm(expired, -1_000);
    const last = await accepted();
    const { processed, errors } = await issue(foreign, good, expired, unknown, last);
    expect(processed).toEqual([good, last]);
    expect(errors).toMatchObject([
      { orderId: foreign, code: 'VALIDATION_FAILED' },
      { orderId: expired, code: 'STORAGE_EXPIRED' },
      { orderId: unknown, code: 'ORDER_NOT_FOUND' },
    ]);
    for (const { message } of errors) expect(message).toMatch(/\w/);
  });

  test('issue: only an order in the point, once', async () => {
    const orderId = await accepted();
    expect(await issue(orderId)).toMatchObject({ processed: [orderId], errors: [] });
    const { errors } = await issue(orderId);
    expect(errors).toMatchObject([{ orderId, code: 'VALIDATION_FAILED' }]);
    await giveBack(orderId);
    expect((await issue(orderId)).errors).toMatchObject([{ code: 'VALIDATION_FAILED' }]);
  });

  test("return: issued, that user's, at most 48 h ago", async () => {
    const [waiting, foreign, late, good] = [
      await accepted(),
      await accepted({ userId: 8n }),
      await accepted(),
      await accepted(),
    ];
    await ask(processOrders, { userId: 8n, action: ISSUE, orderIds: [foreign] });
    await issue(late, good);
    await age(late, 48 * hoursMs + 1);
    await age(good, 48 * hoursMs - 600_000);
    const { processed, errors } = await giveBack(waiting, foreign, late, good);
    expect(processed).toEqual([good]);
    expect(errors).toMatchObject([
      { orderId: waiting, code: 'VALIDATION_FAILED' },
      { orderId: foreign, code: 'VALIDATION_FAILED' },
      { orderId: late, code: 'STORAGE_EXPIRED' },
    ]);
  });

  test('wrong requests are refused, naming the field', async () => {
    const asked = { userId: 7n, action: ISSUE, orderIds: [newId()] };
    await expectInvalid(processOrders, { ...asked, userId: 0n }, 'user_id');
    await expectInvalid(processOrders, { ...asked, action: 0 }, 'action');
    await expectInvalid(processOrders, { ...asked, orderIds: [] }, 'order_ids');
  });

  test('an id that is given twice counts once', async () => {
    const orderId = await accepted();
    expect(await issue(orderId, orderId)).toMatchObject({ processed: [orderId], errors: [] });
  });
});

describe.each(protocols)('lists through %s', (protocol) => {
  const { ask, expectInvalid, expectRefusal } = contractWords(() => pvz, protocol, statuses);
  const acceptMany = async (userId: bigint, count: number) => {
    const ids: bigint[] = [];
    for (let each = 0; each < count; each += 1)
      ids.unshift((await ask(acceptOrder, brought({ userId }))).orderId);
    return ids;
  };
  const idsOf = (orders: readonly { orderId: bigint }[]) => orders.map(({ orderId }) => orderId);

  test('ListOrders: the newest first, in the point or all, the last n, page by page', async () => {
    const userId = newId();
    const ids = await acceptMany(userId, 5);
    const issued = ids[2]!;
    await ask(processOrders, { userId, action: ISSUE, orderIds: [issued] });
    const all = await ask(listOrders, { userId });
    expect([idsOf(all.orders), all.total]).toEqual([ids, 5n]);
    const inPvz = await ask(listOrders, { userId, inPvz: true });
    expect([idsOf(inPvz.orders), inPvz.total]).toEqual([ids.filter((id) => id !== issued), 4n]);
    const last = await ask(listOrders, { userId, lastN: 3, page: 2, pageSize: 2 });
    expect([idsOf(last.orders), last.total]).toEqual([[ids[2]], 3n]);
    await expectInvalid(listOrders, { userId, pageSize: 501 }, 'page_size');
  });

  test('ListReturns and GetHistory: the newest first, page by page', async () => {
    const userId = newId();
    const ids = (await acceptMany(userId, 3)).reverse();
    for (const action of [ISSUE, RETURN])
      for (const orderId of ids) await ask(processOrders, { userId, action, orderIds: [orderId] });
    const returns = await ask(listReturns, { pageSize: 2 });
    expect(returns).toMatchObject({ hasMore: true });
    expect(idsOf(returns.orders)).toEqual([ids[2], ids[1]]);
    const next = await ask(listReturns, { page: 2, pageSize: 2 });
    expect(next.orders[0]).toMatchObject({
      orderId: ids[0],
      status: OrderStatus.RETURNED_BY_CLIENT,
    });
    const { changes, hasMore } = await ask(getHistory, { pageSize: 9 });
    expect(hasMore).toBe(true);
    expect(changes.map(({ orderId, sequence }) => [orderId, sequence])).toEqual(
      [3n, 2n, 1n].flatMap((sequence) => ids.toReversed().map((id) => [id, sequence])),
    );
  });

  test('GetOrderHistory: every change, the newest first, or ORDER_NOT_FOUND', async () => {
    const { orderId } = await ask(acceptOrder, brought());
    await ask(processOrders, { userId: 7n, action: ISSUE, orderIds: [orderId] });
    const { changes } = await ask(getOrderHistory, { orderId });
    expect(changes).toMatchObject([
      { orderId, userId: 7n, status: OrderStatus.ISSUED, sequence: 2n },
      { orderId, userId: 7n, status: OrderStatus.ACCEPTED, sequence: 1n },
    ]);
    const refusal = { code: 'NOT_FOUND', reason: 'ORDER_NOT_FOUND' };
    await expectRefusal(getOrderHistory, { orderId: newId() }, refusal);
  });
});

describe.each(protocols)('ImportOrders through %s', (protocol) => {
  const { ask, expectInvalid } = contractWords(() => pvz, protocol, statuses);

  test('each order is accepted by itself, with the codes of AcceptOrder', async () => {
    const known = await ask(acceptOrder, brought());
    const good = brought();
    const orders = [
      good,
      brought({ orderId: known.orderId }),
      brought({ weight: 10 }),
      brought({ package: 'crate' }),
      brought({ expiresAt: timestampFromDate(new Date(0)) }),
      brought({ expiresAt: undefined }),
      brought({ weight: -1 }),
      brought({ price: 0 }),
      brought({ orderId: 0n }),
      brought({ orderId: good.orderId }),
      brought({ expiresAt: { seconds: 253_402_300_799n, nanos: 999_900_000 } }),
      brought({ orderId: 2n ** 53n + 1n }),
      brought(),
    ];
    const { imported, errors } = await ask(importOrders, { orders });
    expect(imported).toBe(2);
    expect(errors.map(({ orderId, code }) => [orderId, code])).toEqual([
      [orders[1]!.orderId, 'ORDER_ALREADY_EXISTS'],
      [orders[2]!.orderId, 'WEIGHT_TOO_HEAVY'],
      [orders[3]!.orderId, 'INVALID_PACKAGE'],
      ...orders.slice(4, 9).map(({ orderId }) => [orderId, 'VALIDATION_FAILED']),
      [good.orderId, 'ORDER_ALREADY_EXISTS'],
      [orders[10]!.orderId, 'VALIDATION_FAILED'],
      [0n, 'VALIDATION_FAILED'],
    ]);
    expect(await savedOf(good.orderId)).toEqual({ orders: 1, changes: 1, events: 1 });
    await expectInvalid(importOrders, { orders: [] }, 'orders');
  });
});
