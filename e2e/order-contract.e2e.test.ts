import { OrderService, OrderStatus, type WatchOrderResponse } from '#gen/order/v1/order_pb.ts';
import { PaymentMethod } from '#gen/payment/v1/payment_pb.ts';
import { createGrpcStreams, createHttpStreams } from '../testing/rpc-streams.ts';
import { waitFor } from '../testing/wait-for.ts';
import { publishEvents, shipAssembled } from '../testing/events/event-messages.ts';
import { startShop, type Shop } from '../testing/order/start-shop.ts';
import { openShopTables, type ShopTables } from '../testing/order/tables.ts';
import { contractWords } from '../testing/services/contract-words.ts';
import {
  protocols,
  killLeftServices,
  type RunningService,
} from '../testing/services/start-service.ts';

const { createOrder, getOrder, listOrders, payOrder, cancelOrder, watchOrder } =
  OrderService.method;
const { CARD, SBP } = PaymentMethod;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const newId = (): string => crypto.randomUUID();

let shop: Shop;
let tables: ShopTables;
let order: RunningService;

beforeAll(async () => {
  shop = await startShop();
  tables = openShopTables(shop.database.adminUrl);
  order = await shop.startOrder();
});

afterAll(async () => {
  expect(await order.stop()).toMatchObject({ code: 0 });
  await shop.stop();
  await tables.close();
  await killLeftServices();
});

/** Adds parts with these stocks and returns their ids sorted, the order in which a stored order lists its parts. */
const addParts = async (...stock: number[]): Promise<string[]> => {
  const partIds = await Promise.all(stock.map((count) => tables.addPart(count)));
  return partIds.sort();
};
const failed = (reason: string) => ({ code: 'FAILED_PRECONDITION', reason });
const assemble = (...orderIds: string[]) =>
  publishEvents(shop.kafka, shop.assemblyTopic, orderIds.map(shipAssembled));
const place = async (partIds: string[], userId = newId()) => {
  const { order: placed } = await contractWords(() => order, 'grpc').ask(createOrder, {
    userId,
    partIds,
  });
  return placed!;
};

describe.each(protocols)('Orders through %s', (protocol) => {
  const { ask, expectRefusal } = contractWords(() => order, protocol);

  test('an order is priced, reserved and shown; a part named twice counts twice', async () => {
    const [first = '', second = ''] = await addParts(10, 10);
    const userId = newId();
    const { order: placed } = await ask(createOrder, {
      userId: userId.toUpperCase(),
      partIds: [second, first.toUpperCase(), first],
    });
    expect(placed).toMatchObject({
      orderId: expect.stringMatching(uuid),
      userId,
      items: [
        { partId: first, quantity: 2 },
        { partId: second, quantity: 1 },
      ],
      totalPrice: 376.5,
      status: OrderStatus.PENDING_PAYMENT,
    });
    expect(placed?.paymentMethod).toBeUndefined();
    expect(placed?.transactionId).toBeUndefined();
    expect(await tables.stockOf(first)).toEqual({ there: 10, reserved: 2 });
    const orderId = placed!.orderId.toUpperCase();
    expect((await ask(getOrder, { orderId })).order).toEqual(placed);
  });

  test('items with quantities, paid at once', async () => {
    const [partId = ''] = await addParts(10);
    const items = [
      { partId, quantity: 3 },
      { partId, quantity: 1 },
    ];
    const { order: paid } = await ask(createOrder, { userId: newId(), items, paymentMethod: SBP });
    expect(paid).toMatchObject({
      items: [{ partId, quantity: 4 }],
      totalPrice: 502,
      status: OrderStatus.PAID,
      paymentMethod: SBP,
      transactionId: expect.stringMatching(uuid),
    });
    const isTaken = async () => (await tables.stockOf(partId)).there === 6;
    await waitFor(isTaken, { what: 'the pieces to be taken out' });
    expect(await tables.stockOf(partId)).toEqual({ there: 6, reserved: 0 });
  });

  test('paying again by the same method gives the same transaction; all else is refused', async () => {
    const { orderId } = await place(await addParts(1));
    const pay = { orderId, paymentMethod: CARD };
    const { transactionId } = await ask(payOrder, pay);
    expect(transactionId).toMatch(uuid);
    expect(await ask(payOrder, pay)).toMatchObject({ transactionId });
    const refusal = { metadata: { order_id: orderId, status: 'PAID' } };
    await expectRefusal(
      payOrder,
      { orderId, paymentMethod: SBP },
      { ...failed('order-not-payable'), ...refusal },
    );
    await expectRefusal(
      cancelOrder,
      { orderId },
      { ...failed('order-not-cancellable'), ...refusal },
    );
  });

  test('a cancelled order gives its parts back, and stays so', async () => {
    const [partId = ''] = await addParts(1);
    const { orderId } = await place([partId]);
    await ask(cancelOrder, { orderId });
    expect((await ask(getOrder, { orderId })).order?.status).toBe(OrderStatus.CANCELLED);
    const isReleased = async () => (await tables.stockOf(partId)).reserved === 0;
    await waitFor(isReleased, { what: 'the release' });
    await expectRefusal(cancelOrder, { orderId }, failed('order-not-cancellable'));
    await expectRefusal(payOrder, { orderId, paymentMethod: CARD }, failed('order-not-payable'));
  });
});

describe.each(protocols)('Lists and refusals through %s', (protocol) => {
  const { ask, expectRefusal, expectInvalid } = contractWords(() => order, protocol);

  test("a user's orders are listed newest first, page by page", async () => {
    const [userId, parts] = [newId(), await addParts(9)];
    const placed: string[] = [];
    for (let i = 0; i < 3; i++) placed.unshift((await place(parts, userId)).orderId);
    await place(parts);
    const found: string[] = [];
    let pageToken = '';
    do {
      const page = await ask(listOrders, { userId, pageSize: 2, pageToken });
      found.push(...page.orders.map(({ orderId }) => orderId));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(found).toEqual(placed);
    expect((await ask(listOrders, { userId: newId() })).orders).toEqual([]);
  });

  test('what does not exist, or not often enough, is refused by name, and nothing is kept', async () => {
    const [scarce = '', unknown] = [(await addParts(1))[0], newId()];
    const userId = newId();
    await expectRefusal(
      createOrder,
      { userId, partIds: [scarce, unknown] },
      { code: 'NOT_FOUND', reason: 'part-not-found', metadata: { part_ids: unknown } },
    );
    await expectRefusal(
      createOrder,
      { userId, partIds: [scarce, scarce], paymentMethod: CARD },
      { ...failed('out-of-stock'), metadata: { part_ids: scarce } },
    );
    expect((await ask(listOrders, { userId })).orders).toEqual([]);
    const notFound = { code: 'NOT_FOUND', reason: 'order-not-found' };
    await expectRefusal(getOrder, { orderId: newId() }, notFound);
    await expectRefusal(payOrder, { orderId: newId(), paymentMethod: CARD }, notFound);
    await expectRefusal(cancelOrder, { orderId: newId() }, notFound);
  });

  test('wrong requests are refused, naming the field', async () => {
    const [userId, partId, orderId] = [newId(), newId(), newId()];
    await expectInvalid(createOrder, { userId: 'me', partIds: [partId] }, 'user_id');
    await expectInvalid(createOrder, { userId, partIds: ['engine'] }, 'part_ids[0]');
    const items = [{ partId, quantity: 0 }];
    await expectInvalid(createOrder, { userId, items }, 'items[0].quantity');
    await expectInvalid(createOrder, { userId, partIds: [] }, 'items');
    const both = { userId, partIds: [partId], items: [{ partId, quantity: 1 }] };
    await expectInvalid(createOrder, both, 'items');
    await expectInvalid(payOrder, { orderId, paymentMethod: 0 }, 'payment_method');
    await expectInvalid(payOrder, { orderId: 'x', paymentMethod: CARD }, 'order_id');
    await expectInvalid(getOrder, { orderId: 'x' }, 'order_id');
    await expectInvalid(cancelOrder, { orderId: 'x' }, 'order_id');
    await expectInvalid(listOrders, { userId: 'x' }, 'user_id');
    await expectInvalid(listOrders, { userId, pageSize: 501 }, 'page_size');
    await expectInvalid(listOrders, { userId, pageToken: 'nonsense' }, 'page_token');
  });
});

describe.each(['grpc', 'connect', 'grpc-web'] as const)('WatchOrder through %s', (protocol) => {
  const { ask, expectRefusal } = contractWords(() => order, protocol);
  const watch = (from: { orderId: string; afterSequence?: bigint }) => {
    const read =
      protocol === 'grpc'
        ? createGrpcStreams(order.grpcPort)
        : createHttpStreams(protocol, order.httpPort);
    const reader = read(watchOrder, from);
    const told = () =>
      (reader.answers as WatchOrderResponse[]).map(({ sequence, status }) => [sequence, status]);
    return { told, end: reader.end };
  };

  test('tells the past, the payment and the ship, and ends', async () => {
    const { orderId } = await place(await addParts(1));
    const all = watch({ orderId: orderId.toUpperCase() });
    await waitFor(() => all.told().length === 1, { what: 'the past' });
    await ask(payOrder, { orderId, paymentMethod: CARD });
    await waitFor(() => all.told().length === 2, { what: 'the payment' });
    await assemble(orderId);
    expect(await all.end).toMatchObject({ code: 'OK' });
    const { PENDING_PAYMENT, PAID, ASSEMBLED } = OrderStatus;
    const changes = [
      [1n, PENDING_PAYMENT],
      [2n, PAID],
      [3n, ASSEMBLED],
    ];
    expect(all.told()).toEqual(changes);
    const rest = watch({ orderId, afterSequence: 2n });
    expect(await rest.end).toMatchObject({ code: 'OK' });
    expect(rest.told()).toEqual(changes.slice(2));
    expect(await watch({ orderId, afterSequence: 4n }).end).toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'sequence-ahead',
    });
    await expectRefusal(cancelOrder, { orderId }, failed('order-not-cancellable'));
  });

  test('of an unknown order is refused', async () => {
    expect(await watch({ orderId: newId() }).end).toMatchObject({
      code: 'NOT_FOUND',
      reason: 'order-not-found',
    });
  });
});

test('a ship that is announced twice, or of nobody, changes nothing', async () => {
  const { ask } = contractWords(() => order, 'grpc');
  const partIds = await addParts(9);
  const create = async () =>
    (await ask(createOrder, { userId: newId(), partIds, paymentMethod: CARD })).order!.orderId;
  const [first, second] = [await create(), await create()];
  const told = shipAssembled(first);
  const all = [told, shipAssembled(newId()), told, shipAssembled(second), told];
  await publishEvents(shop.kafka, shop.assemblyTopic, all);
  const statusOf = async (orderId: string) => (await ask(getOrder, { orderId })).order?.status;
  const areAssembled = async () => {
    const statuses = [await statusOf(first), await statusOf(second)];
    return statuses.every((status) => status === OrderStatus.ASSEMBLED);
  };
  await waitFor(areAssembled, { what: 'both ships' });
  const duplicates = async () => {
    const metrics = await (await fetch(`${order.url}/metrics`)).text();
    return Number(/^inbox_duplicates_total\{.*\} (\d+)$/m.exec(metrics)?.[1]);
  };
  await waitFor(async () => (await duplicates()) >= 2, { what: 'two duplicates' });
  const { rows } = await tables.admin.query(
    'SELECT sequence::int FROM "order".order_changes WHERE order_id = $1 ORDER BY 1',
    [first],
  );
  expect(rows).toEqual([1, 2, 3].map((sequence) => ({ sequence })));
  const { rows: taken } = await tables.admin.query(
    `SELECT outcome FROM "order".inbox WHERE key = ANY ($1)`,
    [[first, second]],
  );
  expect(taken).toEqual([{ outcome: 'HANDLED' }, { outcome: 'HANDLED' }]);
});
