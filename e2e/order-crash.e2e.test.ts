import { OrderService, OrderStatus, type Order } from '#gen/order/v1/order_pb.ts';
import { PaymentMethod } from '#gen/payment/v1/payment_pb.ts';
import { untilWaitingForLock } from '../testing/lock-wait.ts';
import { waitFor } from '../testing/wait-for.ts';
import type { Stop } from '../testing/order/gate.ts';
import { startGatedShop, type GatedShop } from '../testing/order/gated-shop.ts';
import { killLeftServices } from '../testing/services/start-service.ts';

const { createOrder, payOrder, cancelOrder, listOrders } = OrderService.method;
const { PAID, PENDING_PAYMENT, CANCELLED } = OrderStatus;
const quantity = 3;

let shop: GatedShop;

beforeAll(async () => {
  shop = await startGatedShop({ UNDO_AFTER: '2s' });
});
afterEach(() => shop.letGo());
afterAll(async () => {
  expect(await shop.close()).toMatchObject({ code: 0 });
});
// also when a test has failed
afterAll(killLeftServices);

const ordersOf = async (userId: string): Promise<Order[]> => {
  const { answer } = await shop.order.clients.grpc.call(listOrders, { userId });
  return (answer as unknown as { orders: Order[] }).orders;
};

interface Customer {
  userId: string;
  partId: string;
  orderId: string;
}

type Act = (customer: Customer) => Promise<unknown>;

const create = async ({ userId, partId }: Customer, paymentMethod?: PaymentMethod) => {
  const items = [{ partId, quantity }];
  const request = { userId, items, ...(paymentMethod && { paymentMethod }) };
  return shop.order.clients.grpc.call(createOrder, request);
};

/**
 * What a customer calls when the process is killed, the statuses that the order may then have, and its final status.
 */
const acts: Record<
  string,
  { needsOrder: boolean; act: Act; killed: OrderStatus[]; done: OrderStatus }
> = {
  'CreateOrder with payment': {
    needsOrder: false,
    killed: [],
    done: PAID,
    act: (customer) => create(customer, PaymentMethod.SBP),
  },
  // an order for which payment was requested is paid in the end
  PayOrder: {
    needsOrder: true,
    killed: [PAID],
    done: PAID,
    act: ({ orderId }) =>
      shop.order.clients.grpc.call(payOrder, { orderId, paymentMethod: PaymentMethod.CARD }),
  },
  CancelOrder: {
    needsOrder: true,
    killed: [PENDING_PAYMENT],
    done: CANCELLED,
    act: ({ orderId }) => shop.order.clients.grpc.call(cancelOrder, { orderId }),
  },
};

const newCustomer = async (needsOrder: boolean): Promise<Customer> => {
  const partId = await shop.tables.addPart(10);
  const customer = { userId: crypto.randomUUID(), partId, orderId: '' };
  if (!needsOrder) return customer;
  const { answer } = await create(customer);
  return { ...customer, orderId: (answer as unknown as { order: Order }).order.orderId };
};

/** The stock of the part by the order's status: the three pieces are reserved, taken, or available again. */
const stockWhen: Record<number, object> = {
  [PENDING_PAYMENT]: { there: 10, reserved: quantity },
  [PAID]: { there: 10 - quantity, reserved: 0 },
  [CANCELLED]: { there: 10, reserved: 0 },
};

const expectOneOf = async ({ userId, partId }: Customer, statuses: OrderStatus[]) => {
  const found = (await ordersOf(userId)).map(({ status }) => status);
  expect(statuses).toEqual(found.length === 0 ? [] : expect.arrayContaining(found));
  expect(await shop.tables.stockOf(partId)).toEqual(stockWhen[found[0] ?? CANCELLED]);
};

describe.each<[string, 'inventory' | 'payment', Stop['rpc'], 'killed' | 'done']>([
  ['CreateOrder with payment', 'inventory', 'listParts', 'killed'],
  ['CreateOrder with payment', 'inventory', 'reserveStock', 'killed'],
  ['CreateOrder with payment', 'payment', 'payOrder', 'killed'],
  ['CreateOrder with payment', 'inventory', 'commitStock', 'done'],
  ['PayOrder', 'payment', 'payOrder', 'killed'],
  ['PayOrder', 'inventory', 'commitStock', 'done'],
  ['CancelOrder', 'payment', 'voidPayment', 'done'],
  ['CancelOrder', 'inventory', 'releaseStock', 'done'],
])('%s, killed at %s %s', (name, peer, rpc, outcome) => {
  test.each<[Stop['when'], string, boolean]>([
    ['before', 'which arrives while nobody runs', false],
    ['before', 'which arrives when all is done', true],
    ['after', 'whose answer nobody hears', false],
  ])('%s it is done, %s', async (when, _, isLate) => {
    const { act, needsOrder, ...expected } = acts[name]!;
    const customer = await newCustomer(needsOrder);
    shop.gates[peer].holdAt({ rpc, when });
    const answered = act(customer);
    await shop.gates[peer].untilHeld();
    await shop.killAndRestart(async () => {
      await answered;
      if (!isLate) await shop.gates[peer].letGo();
    });
    await shop.untilAllIsDone();
    await shop.gates[peer].letGo();
    expect(await shop.tables.findHalfDone()).toEqual([]);
    await expectOneOf(customer, [expected[outcome]].flat());
  });
});

describe.each(Object.keys(acts))('%s, killed', (name) => {
  const { act, needsOrder, killed, done } = acts[name]!;

  const killWhileSaving = async (meanwhile: () => Promise<unknown>): Promise<Customer> => {
    const customer = await newCustomer(needsOrder);
    const holder = await shop.tables.admin.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('LOCK TABLE "order".orders IN SHARE MODE');
      const answered = act(customer);
      await untilWaitingForLock(shop.tables.admin, 'order');
      await shop.killAndRestart(async () => {
        await answered;
        await meanwhile();
        await holder.query('ROLLBACK');
      });
    } finally {
      // destroying the connection ends the session, and with it the lock
      holder.release(true);
    }
    await shop.untilAllIsDone();
    return customer;
  };

  test('before its commit', async () => {
    const endSessions = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE usename = 'order' AND datname = current_database()`;
    const customer = await killWhileSaving(() => shop.tables.admin.query(endSessions));
    await expectOneOf(customer, killed);
  });

  test('while its last statement is under way, which the server carries out', async () => {
    const customer = await killWhileSaving(() => Promise.resolve());
    await expectOneOf(customer, [done]);
  });

  test('after its answer', async () => {
    const customer = await newCustomer(needsOrder);
    expect(await act(customer)).toMatchObject({ code: 'OK' });
    await shop.killAndRestart(() => Promise.resolve());
    await shop.untilAllIsDone();
    await expectOneOf(customer, [done]);
  });
});

describe('without a kill, with a day until the undo would come by itself', () => {
  const restart = async (env: Record<string, string> = {}) => {
    expect(await shop.order.stop()).toMatchObject({ code: 0 });
    shop.order = await shop.startOrder({ UNDO_AFTER: '1d', ...env });
  };
  // Each test gets a new process, whose circuit breaker has not seen the failures of the test before.
  beforeEach(() => restart());

  const unavailable = (reason: string) => ({ code: 'UNAVAILABLE', reason });
  const timed = async (act: () => Promise<unknown>) => {
    const startedMs = performance.now();
    return { outcome: await act(), tookMs: performance.now() - startedMs };
  };

  test.each<['inventory' | 'payment', string]>([
    ['inventory', 'listParts'],
    ['inventory', 'reserveStock'],
    ['payment', 'payOrder'],
  ])('%s hangs in %s: UNAVAILABLE in time, and nothing is left', async (peer, rpc) => {
    const customer = await newCustomer(false);
    shop.gates[peer].holdAt({ rpc, when: 'before', isForAll: true });
    const { outcome, tookMs } = await timed(() => create(customer, PaymentMethod.CARD));
    expect(outcome).toMatchObject({ code: 'UNAVAILABLE' });
    expect(tookMs).toBeLessThan(60_000);
    expect(await ordersOf(customer.userId)).toEqual([]);
    await shop.untilAllIsDone();
    await shop.gates[peer].letGo();
    await shop.untilAllIsDone();
    await expectOneOf(customer, []);
  });

  test('one answer that is lost costs a try, not the order', async () => {
    const customer = await newCustomer(false);
    shop.gates.payment.holdAt({ rpc: 'payOrder', when: 'after' });
    expect(await create(customer, PaymentMethod.CARD)).toMatchObject({ code: 'OK' });
    await shop.untilAllIsDone();
    await expectOneOf(customer, [PAID]);
  });

  test('payment is unavailable: what was reserved is released, and the payment voided when it is back', async () => {
    await restart({ PAYMENT_URL: 'http://127.0.0.1:1' });
    const customer = await newCustomer(false);
    const outcome = await create(customer, PaymentMethod.CARD);
    expect(outcome).toMatchObject(unavailable('payment-unavailable'));
    const isReleased = async () => (await shop.tables.stockOf(customer.partId)).reserved === 0;
    await waitFor(isReleased, { what: 'the release' });
    await restart();
    await shop.untilAllIsDone();
  });
});
