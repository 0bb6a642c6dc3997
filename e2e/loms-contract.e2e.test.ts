import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import type { DescMethod, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { Outcome } from '../testing/rpc-clients.ts';
import { createTestDatabase, type TestDatabase } from '../testing/engines/database.ts';
import {
  protocols,
  startLoms,
  type Protocol,
  type RunningLoms,
} from '../testing/loms/start-loms.ts';
import { openLomsTables, type LomsTables } from '../testing/loms/tables.ts';

const { orderCreate, orderInfo, orderPay, orderCancel, stocksInfo } = LomsService.method;
const unknownId = 999_999_999n;
const maxCount = 0xffff_ffff;

let database: TestDatabase;
let tables: LomsTables;
let loms: RunningLoms;

beforeAll(async () => {
  database = await createTestDatabase();
  tables = openLomsTables(database.adminUrl);
  loms = await startLoms(database.urlFor('loms'));
});

afterAll(async () => {
  await loms.stop();
  await tables.close();
});

const restStatuses: Record<string, string> = {
  OK: '200',
  INVALID_ARGUMENT: '400',
  NOT_FOUND: '404',
  FAILED_PRECONDITION: '412',
};

const countOrders = async (): Promise<number> => {
  const { rows } = await tables.admin.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM loms.orders',
  );
  return rows[0]!.n;
};

/** The functions with which the cases speak one protocol. */
const through = (protocol: Protocol) => {
  const as = (code: string) => (protocol === 'rest' ? restStatuses[code] : code);

  const call = <M extends DescMethod>(
    method: M,
    request: MessageInitShape<M['input']>,
  ): Promise<Outcome> => loms.clients[protocol].call(method, request);

  const ask = async <M extends DescMethod>(method: M, request: MessageInitShape<M['input']>) => {
    const outcome = await call(method, request);
    expect(outcome).toEqual({ code: as('OK'), answer: expect.anything() });
    return outcome.answer as MessageShape<M['output']>;
  };

  const expectRefusal = (outcome: Outcome, code: string, facts: Partial<Outcome>) => {
    const domain = protocol === 'rest' ? {} : { domain: 'inorder.loms' };
    expect(outcome).toMatchObject({ code: as(code), ...domain, ...facts });
    expect(outcome.message).toMatch(/\w/);
  };

  const createOrder = async (...items: [sku: bigint, count: number][]): Promise<bigint> => {
    const wanted = items.map(([sku, count]) => ({ sku, count }));
    return (await ask(orderCreate, { userId: 42n, items: wanted })).orderId;
  };

  const createFailed = async (): Promise<bigint> => {
    const sku = await tables.addStock(0);
    const outcome = await call(orderCreate, { userId: 42n, items: [{ sku, count: 1 }] });
    return BigInt(outcome.metadata!['order_id']!);
  };

  const statusOf = async (orderId: bigint) => (await ask(orderInfo, { orderId })).status;

  /** Expects that a refusal changed neither the order nor its events. */
  const expectSettled = async (
    orderId: bigint,
    method: typeof orderPay | typeof orderCancel,
    reason: string,
  ) => {
    const [status, events] = [await statusOf(orderId), await tables.eventsOf(orderId)];
    const metadata = { order_id: orderId.toString(), status };
    expectRefusal(await call(method, { orderId }), 'FAILED_PRECONDITION', { reason, metadata });
    expect(await statusOf(orderId)).toBe(status);
    expect(await tables.eventsOf(orderId)).toEqual(events);
  };

  return { call, ask, expectRefusal, createOrder, createFailed, statusOf, expectSettled };
};

describe.each(protocols)('OrderCreate through %s', (protocol) => {
  const { call, ask, expectRefusal, createOrder } = through(protocol);

  test('reserves the stock and tells of new and of awaiting payment', async () => {
    const [one, two] = [await tables.addStock(10, 3), await tables.addStock(5)];
    const orderId = await createOrder([two, 5], [one, 7]);
    expect(orderId).toBeGreaterThan(0n);
    expect(await ask(orderInfo, { orderId })).toMatchObject({
      status: 'awaiting payment',
      userId: 42n,
      items: [
        { sku: one, count: 7 },
        { sku: two, count: 5 },
      ],
    });
    expect(await tables.stockOf(one)).toEqual({ totalCount: 10, reserved: 10 });
    expect(await tables.stockOf(two)).toEqual({ totalCount: 5, reserved: 5 });
    expect(await tables.eventsOf(orderId)).toEqual([
      { sequence: 1, status: 'new' },
      { sequence: 2, status: 'awaiting payment', previousStatus: 'new' },
    ]);
  });

  test('of which one item is short and one unknown is refused, kept as failed, touches no stock', async () => {
    const [enough, short] = [await tables.addStock(10), await tables.addStock(10, 8)];
    const unknown = unknownId;
    const items = [unknown, enough, short].map((sku) => ({ sku, count: 3 }));
    const refused = await call(orderCreate, { userId: 42n, items });
    const orderId = BigInt(refused.metadata!['order_id']!);
    expectRefusal(refused, 'FAILED_PRECONDITION', {
      reason: 'out-of-stock',
      metadata: { order_id: orderId.toString(), skus: `${unknown},${short}` },
    });
    expect(await ask(orderInfo, { orderId })).toMatchObject({
      status: 'failed',
      items: [unknown, enough, short].map((sku) => ({ sku, count: 3 })),
    });
    expect(await tables.stockOf(enough)).toEqual({ totalCount: 10, reserved: 0 });
    expect(await tables.stockOf(short)).toEqual({ totalCount: 10, reserved: 8 });
    expect(await tables.eventsOf(orderId)).toEqual([
      { sequence: 1, status: 'new' },
      { sequence: 2, status: 'failed', previousStatus: 'new', reason: 'out-of-stock' },
    ]);
  });

  test('of more than is left beside what others reserved is refused; of exactly that is not', async () => {
    const sku = await tables.addStock(10, 6);
    const refused = await call(orderCreate, { userId: 1n, items: [{ sku, count: 5 }] });
    expectRefusal(refused, 'FAILED_PRECONDITION', { reason: 'out-of-stock' });
    await createOrder([sku, 4]);
    expect(await tables.stockOf(sku)).toEqual({ totalCount: 10, reserved: 10 });
  });

  test('adds up the same sku, also when only the sum is too much', async () => {
    const sku = await tables.addStock(5);
    const orderId = await createOrder([sku, 2], [sku, 1]);
    expect((await ask(orderInfo, { orderId })).items).toMatchObject([{ sku, count: 3 }]);
    const twice = [1, 2].map((count) => ({ sku, count }));
    const refused = await call(orderCreate, { userId: 1n, items: twice });
    expectRefusal(refused, 'FAILED_PRECONDITION', { metadata: { skus: sku.toString() } });
    expect(await tables.stockOf(sku)).toEqual({ totalCount: 5, reserved: 3 });
  });

  test('takes 1,000 items', async () => {
    const sku = await tables.addStock(1_000);
    const orderId = await createOrder(
      ...Array.from({ length: 1_000 }, (): [bigint, number] => [sku, 1]),
    );
    expect((await ask(orderInfo, { orderId })).items).toMatchObject([{ sku, count: 1_000 }]);
  });
});

describe.each(protocols)('OrderCreate through %s', (protocol) => {
  const { call, expectRefusal } = through(protocol);
  const one = { sku: 1002n, count: 1 };
  const huge = { sku: 1002n, count: maxCount };
  test.each([
    ['no items', 1n, [], 'items'],
    ['1,001 items', 1n, Array.from({ length: 1_001 }, () => one), 'items'],
    ['user 0', 0n, [one], 'user_id'],
    ['a negative user', -1n, [one], 'user_id'],
    ['sku 0', 1n, [one, { sku: 0n, count: 1 }], 'items[1].sku'],
    ['a negative sku', 1n, [{ sku: -5n, count: 1 }], 'items[0].sku'],
    ['count 0', 1n, [{ sku: 1002n, count: 0 }], 'items[0].count'],
    ['a sum beyond uint32', 1n, [huge, one], 'items'],
  ])('with %s is refused, naming the field, and keeps nothing', async (...row) => {
    const [, userId, items, field] = row;
    const before = await countOrders();
    const refused = await call(orderCreate, { userId, items });
    expectRefusal(refused, 'INVALID_ARGUMENT', {});
    expect(refused.violations).toEqual([{ field, description: expect.stringMatching(/./) }]);
    expect(await countOrders()).toBe(before);
  });

  test('names every field at fault', async () => {
    const refused = await call(orderCreate, { userId: 0n, items: [{ sku: 0n, count: 0 }] });
    const fields = refused.violations?.map(({ field }) => field).sort();
    expect(fields).toEqual(['items[0].count', 'items[0].sku', 'user_id']);
  });
});

describe.each(protocols)('OrderPay through %s', (protocol) => {
  const { ask, createOrder, createFailed, statusOf, expectSettled } = through(protocol);

  test('takes the pieces out of the stock; again is fine and changes nothing', async () => {
    const sku = await tables.addStock(10, 2);
    const orderId = await createOrder([sku, 3]);
    for (let times = 0; times < 2; times += 1) {
      await ask(orderPay, { orderId });
      expect(await statusOf(orderId)).toBe('payed');
      expect(await tables.stockOf(sku)).toEqual({ totalCount: 7, reserved: 2 });
      expect((await tables.eventsOf(orderId)).slice(2)).toEqual([
        { sequence: 3, status: 'payed', previousStatus: 'awaiting payment' },
      ]);
    }
  });

  test('of a cancelled order is refused', async () => {
    const sku = await tables.addStock(10);
    const orderId = await createOrder([sku, 3]);
    await ask(orderCancel, { orderId });
    await expectSettled(orderId, orderPay, 'order-not-payable');
  });

  test('of a failed order is refused', async () => {
    await expectSettled(await createFailed(), orderPay, 'order-not-payable');
  });
});

describe.each(protocols)('OrderCancel through %s', (protocol) => {
  const { ask, createOrder, createFailed, statusOf, expectSettled } = through(protocol);

  test('gives the pieces back; again is fine and changes nothing', async () => {
    const sku = await tables.addStock(10, 2);
    const orderId = await createOrder([sku, 3]);
    for (let times = 0; times < 2; times += 1) {
      await ask(orderCancel, { orderId });
      expect(await statusOf(orderId)).toBe('cancelled');
      expect(await tables.stockOf(sku)).toEqual({ totalCount: 10, reserved: 2 });
      const [last, ...more] = (await tables.eventsOf(orderId)).slice(2);
      expect(more).toEqual([]);
      expect(last).toEqual({
        sequence: 3,
        status: 'cancelled',
        previousStatus: 'awaiting payment',
        reason: 'by-request',
      });
    }
  });

  test('of a payed order is refused', async () => {
    const sku = await tables.addStock(10);
    const orderId = await createOrder([sku, 3]);
    await ask(orderPay, { orderId });
    await expectSettled(orderId, orderCancel, 'order-not-cancellable');
    expect(await tables.stockOf(sku)).toEqual({ totalCount: 7, reserved: 0 });
  });

  test('of a failed order is refused', async () => {
    await expectSettled(await createFailed(), orderCancel, 'order-not-cancellable');
  });
});

describe.each(protocols)('What is not there, through %s', (protocol) => {
  const { call, expectRefusal } = through(protocol);

  test.each([orderInfo, orderPay, orderCancel])(
    '$name of an unknown order finds none',
    async (rpc) => {
      const metadata = { order_id: unknownId.toString() };
      const refused = await call(rpc, { orderId: unknownId });
      expectRefusal(refused, 'NOT_FOUND', { reason: 'order-not-found', metadata });
    },
  );

  test.each(
    [orderInfo, orderPay, orderCancel].flatMap((rpc) => [
      { rpc, id: 0n },
      { rpc, id: -7n },
    ]),
  )('$rpc.name of order $id is refused, naming the field', async ({ rpc, id }) => {
    const refused = await call(rpc, { orderId: id });
    expectRefusal(refused, 'INVALID_ARGUMENT', {});
    expect(refused.violations).toMatchObject([{ field: 'order_id' }]);
  });
});

describe.each(protocols)('StocksInfo through %s', (protocol) => {
  const { call, ask, expectRefusal, createOrder } = through(protocol);

  test('tells what can still be reserved', async () => {
    const sku = await tables.addStock(150, 10);
    expect((await ask(stocksInfo, { sku })).count).toBe(140n);
    await createOrder([sku, 40]);
    expect((await ask(stocksInfo, { sku })).count).toBe(100n);
  });

  test('is 0 where more is reserved than there is, and nothing can be ordered', async () => {
    const seeded = 139818428n;
    expect((await ask(stocksInfo, { sku: seeded })).count).toBe(0n);
    const refused = await call(orderCreate, { userId: 1n, items: [{ sku: seeded, count: 1 }] });
    expectRefusal(refused, 'FAILED_PRECONDITION', { reason: 'out-of-stock' });
  });

  test('of an unknown sku finds none, and of no sku at all is refused', async () => {
    expectRefusal(await call(stocksInfo, { sku: unknownId }), 'NOT_FOUND', {
      reason: 'sku-not-found',
      metadata: { sku: unknownId.toString() },
    });
    for (const sku of [0n, -1n]) {
      const refused = await call(stocksInfo, { sku });
      expectRefusal(refused, 'INVALID_ARGUMENT', {});
      expect(refused.violations).toMatchObject([{ field: 'sku' }]);
    }
  });
});
