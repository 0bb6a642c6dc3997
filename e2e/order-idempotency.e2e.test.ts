import { OrderService, OrderStatus, type Order } from '#gen/order/v1/order_pb.ts';
import { PaymentMethod } from '#gen/payment/v1/payment_pb.ts';
import { untilWaitingForLock } from '../testing/lock-wait.ts';
import { waitFor } from '../testing/wait-for.ts';
import type { Stop } from '../testing/order/gate.ts';
import { startGatedShop, type GatedShop } from '../testing/order/gated-shop.ts';
import { protocols, killLeftServices, type Protocol } from '../testing/services/start-service.ts';

const { createOrder, cancelOrder, listOrders } = OrderService.method;
const quantity = 3;

let shop: GatedShop;

// By itself an undo would come only after a day; the tests make it come earlier.
beforeAll(async () => {
  shop = await startGatedShop({ UNDO_AFTER: '1d' });
});
afterEach(() => shop.letGo());
afterAll(async () => {
  expect(await shop.close()).toMatchObject({ code: 0 });
});
// also when a test has failed
afterAll(killLeftServices);

interface Wish {
  key: string;
  partId: string;
  userId: string;
}

/** A wish for all the pieces in stock, so that a second order could not have them. */
const newWish = async (pieces = quantity): Promise<Wish> => ({
  key: crypto.randomUUID(),
  partId: await shop.tables.addPart(pieces),
  userId: crypto.randomUUID(),
});

const create = (wish: Wish, protocol: Protocol = 'grpc', by = shop.order) => {
  const { userId, partId, key } = wish;
  const request = { userId, items: [{ partId, quantity }], paymentMethod: PaymentMethod.SBP };
  return by.clients[protocol].call(createOrder, request, { headers: { 'idempotency-key': key } });
};

type Outcome = Awaited<ReturnType<typeof create>>;
const orderIn = ({ answer }: Outcome): Order => (answer as unknown as { order: Order }).order;

const untilAllIsDone = async () => {
  await shop.untilAllIsDone();
  const { rowCount } = await shop.tables.admin.query('SELECT FROM "order".order_attempts');
  expect(rowCount).toBe(0);
};

/** Makes the undo happen that comes when nobody calls again within `UNDO_AFTER`. */
const undoNow = async () => {
  await shop.tables.admin.query(
    `UPDATE "order".timers SET due_at = clock_timestamp() WHERE kind = 'undo-order'`,
  );
  await untilAllIsDone();
};

const countOrdersOf = async ({ userId }: Wish) =>
  (await shop.tables.admin.query('SELECT FROM "order".orders WHERE user_id = $1', [userId]))
    .rowCount;

const chargesOf = async ({ userId }: Wish) => {
  const text = 'SELECT status::text FROM payment.payments WHERE user_id = $1 ORDER BY status';
  const { rows } = await shop.tables.admin.query<{ status: string }>(text, [userId]);
  return rows.map(({ status }) => status);
};

/** Expects exactly one order, which every protocol returns again for the same key. */
const expectOneOrder = async (wish: Wish, first: Outcome) => {
  expect(first).toMatchObject({ code: 'OK' });
  await untilAllIsDone();
  for (const protocol of protocols)
    expect(orderIn(await create(wish, protocol))).toMatchObject({
      orderId: orderIn(first).orderId,
      transactionId: orderIn(first).transactionId,
      status: OrderStatus.PAID,
    });
  const { answer } = await shop.order.clients.grpc.call(listOrders, { userId: wish.userId });
  expect((answer as unknown as { orders: Order[] }).orders).toHaveLength(1);
  expect(await shop.tables.stockOf(wish.partId)).toEqual({ there: 0, reserved: 0 });
};

test.each<['inventory' | 'payment', Stop['rpc'], Stop['when']]>([
  ['inventory', 'reserveStock', 'before'],
  ['inventory', 'reserveStock', 'after'],
  ['payment', 'payOrder', 'before'],
  ['payment', 'payOrder', 'after'],
])(
  'killed at %s %s, %s it was done: sent again it goes on, and nothing is done twice',
  async (peer, rpc, when) => {
    const wish = await newWish();
    shop.gates[peer].holdAt({ rpc, when });
    const lost = create(wish);
    await shop.gates[peer].untilHeld();
    await shop.killAndRestart(() => lost);
    const again = await create(wish);
    await shop.gates[peer].letGo();
    await expectOneOrder(wish, again);
    expect(await chargesOf(wish)).toEqual(['CHARGED']);
  },
);

test('killed after the charge, and undone before it is sent again: it is made anew', async () => {
  const wish = await newWish();
  shop.gates.payment.holdAt({ rpc: 'payOrder', when: 'after' });
  const lost = create(wish);
  await shop.gates.payment.untilHeld();
  await shop.killAndRestart(() => lost);
  await shop.gates.payment.letGo();
  await undoNow();
  await expectOneOrder(wish, await create(wish));
  expect(await chargesOf(wish)).toEqual(['CHARGED', 'VOIDED']);
});

describe('killed while saving', () => {
  /** Another session locks the key meanwhile, so that the order's last statement has begun and waits for it. */
  const whileSaving = async (wish: Wish, then: (letGo: () => Promise<void>) => Promise<void>) => {
    const holder = await shop.tables.admin.connect();
    try {
      await holder.query('BEGIN');
      await holder.query(
        `INSERT INTO "order".idempotency_keys (method, key, request_hash, answer)
         VALUES ('CreateOrder', $1, '', '{}')`,
        [wish.key],
      );
      const other = await shop.startOrder();
      const lost = create(wish);
      await untilWaitingForLock(shop.tables.admin, 'order');
      shop.order.process.kill('SIGKILL');
      await Promise.all([shop.order.process.exit, lost]);
      shop.order.closeClients();
      shop.order = other;
      await then(() => holder.query('ROLLBACK').then(() => undefined));
    } finally {
      await holder.query('ROLLBACK');
      holder.release();
    }
  };
  const countWaiting = async () => {
    const { rowCount } = await shop.tables.admin.query(`SELECT FROM pg_stat_activity
      WHERE usename = 'order' AND datname = current_database() AND wait_event_type = 'Lock'`);
    return rowCount;
  };

  test('sent again while the server carries it out: it waits for the answer', async () => {
    const wish = await newWish();
    await whileSaving(wish, async (letGo) => {
      const again = create(wish);
      await waitFor(async () => (await countWaiting()) === 2, { what: 'the second call to wait' });
      await letGo();
      await expectOneOrder(wish, await again);
    });
    expect(await chargesOf(wish)).toEqual(['CHARGED']);
  });

  test('the server gives it up: sent again, the attempt goes on', async () => {
    const wish = await newWish();
    await whileSaving(wish, async (letGo) => {
      await shop.tables.admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE usename = 'order' AND datname = current_database() AND wait_event_type = 'Lock'`);
      await waitFor(async () => (await countWaiting()) === 0, { what: 'the session to end' });
      await letGo();
      expect(await countOrdersOf(wish)).toBe(0);
      await expectOneOrder(wish, await create(wish));
    });
    expect(await chargesOf(wish)).toEqual(['CHARGED']);
  });
});

test('twins in two processes, over all protocols, make one order of the last pieces', async () => {
  const other = await shop.startOrder();
  const wish = await newWish();
  const twins = Array.from({ length: 16 }, (_, i) =>
    create(wish, protocols[i % 4], i % 2 === 0 ? shop.order : other),
  );
  const outcomes = await Promise.all(twins);
  expect(new Set(outcomes.map((outcome) => orderIn(outcome).orderId)).size).toBe(1);
  await expectOneOrder(wish, outcomes[0]!);
  expect(await chargesOf(wish)).toEqual(['CHARGED']);
  expect(await other.stop()).toMatchObject({ code: 0 });
});

test('the first answer comes again, though the order has moved on', async () => {
  const { key, partId, userId } = await newWish();
  const headers = { 'idempotency-key': key };
  const again = () =>
    shop.order.clients.grpc.call(
      createOrder,
      { userId, items: [{ partId, quantity }] },
      { headers },
    );
  const first = await again();
  expect(orderIn(first)).toMatchObject({ status: OrderStatus.PENDING_PAYMENT });
  await shop.order.clients.grpc.call(cancelOrder, { orderId: orderIn(first).orderId });
  expect((await again()).answer).toEqual(first.answer);
  await untilAllIsDone();
});

test.each(protocols)(
  '%s: a key for another order is refused, a wrong one is named',
  async (protocol) => {
    const wish = await newWish(2 * quantity);
    expect(await create(wish, protocol)).toMatchObject({
      code: protocol === 'rest' ? '201' : 'OK',
    });
    expect(await create({ ...wish, userId: crypto.randomUUID() }, protocol)).toMatchObject({
      code: protocol === 'rest' ? '409' : 'FAILED_PRECONDITION',
      reason: 'idempotency-key-reused',
    });
    expect(await create({ ...wish, key: 'x'.repeat(256) }, protocol)).toMatchObject({
      code: protocol === 'rest' ? '400' : 'INVALID_ARGUMENT',
    });
    await untilAllIsDone();
    expect(await shop.tables.stockOf(wish.partId)).toEqual({ there: quantity, reserved: 0 });
  },
);

test.each(protocols)(
  '%s: out of stock is repeated, though there is stock again',
  async (protocol) => {
    const wish = await newWish(quantity - 1);
    const first = await create(wish);
    expect(first).toMatchObject({ reason: 'out-of-stock' });
    await shop.tables.admin.query(
      'UPDATE inventory.parts SET stock_quantity = 9 WHERE part_id = $1',
      [wish.partId],
    );
    const { message, reason, metadata } = first;
    // REST carries only the reason
    const known = protocol === 'rest' ? { message, reason } : { message, reason, metadata };
    expect(await create(wish, protocol)).toMatchObject(known);
    await untilAllIsDone();
    expect(await chargesOf(wish)).not.toContain('CHARGED');
    expect(await create({ ...wish, key: crypto.randomUUID() }, protocol)).toMatchObject({
      answer: { order: expect.anything() as Order },
    });
  },
);

test('a temporary refusal is not kept: sent again, the order is made', async () => {
  const wish = await newWish();
  shop.gates.payment.holdAt({ rpc: 'payOrder', when: 'before', isForAll: true });
  expect(await create(wish)).toMatchObject({ code: 'UNAVAILABLE' });
  await shop.gates.payment.letGo();
  await untilAllIsDone();
  await expectOneOrder(wish, await create(wish));
});
