import { startShop, type Shop } from '../testing/order/start-shop.ts';
import { openShopTables, type ShopTables } from '../testing/order/tables.ts';
import { openAnswerCheck, type AnswerCheck } from '../testing/openapi/answer-check.ts';
import { killLeftServices, type RunningService } from '../testing/services/start-service.ts';

let shop: Shop;
let tables: ShopTables;
let order: RunningService;
let check: AnswerCheck;

beforeAll(async () => {
  shop = await startShop();
  tables = openShopTables(shop.database.adminUrl);
  order = await shop.startOrder();
  check = await openAnswerCheck(order.url);
});

afterAll(async () => {
  expect(await order.stop()).toMatchObject({ code: 0 });
  await shop.stop();
  await tables.close();
  await killLeftServices();
});

type Json = Record<string, unknown>;

const call = async (verb: string, path: string, sent?: object, { url } = order) => {
  const headers = { 'content-type': 'application/json' };
  const init = sent === undefined ? {} : { headers, body: JSON.stringify(sent) };
  const response = await fetch(url + path, { method: verb, ...init });
  const { status } = response;
  const text = await response.text();
  const body = text === '' ? undefined : (JSON.parse(text) as Json);
  check({ verb, path: path.replace(/[?].*/, ''), status, body: (body ?? {}) as never });
  return { status, body };
};
const newOrder = async (more: object = {}): Promise<Json> => ({
  user_id: crypto.randomUUID(),
  part_ids: [await tables.addPart(1)],
  ...more,
});
const place = async (path = '/api/v1/orders', more?: object): Promise<Json> => {
  const { status, body } = await call('POST', path, await newOrder(more));
  expect(status).toBe(201);
  return body!;
};
const refusal = (code: number, reason: string) => ({
  status: code,
  body: { code, reason, message: expect.stringMatching(/./) as unknown },
});

test.each([
  ['/api/v1/orders', 'PENDING_PAYMENT', 'PAID', 'SBP'],
  ['/orders', 'pending_payment', 'paid', 'sbp'],
])(
  '%s: 201 with %s, shown the same; paid at once: %s by %s',
  async (path, pending, paid, method) => {
    const placed = await place(path);
    expect(placed).toMatchObject({ status: pending, total_price: 125.5 });
    expect(Object.keys(placed)).not.toContain('transaction_id');
    const orderPath = `${path}/${placed['order_id'] as string}`;
    expect(await call('GET', orderPath)).toEqual({ status: 200, body: placed });
    const atOnce = await place(path, { payment_method: 'SBP' });
    expect(atOnce).toMatchObject({ status: paid, payment_method: method });
  },
);

test.each([
  'CREDIT_CARD',
  'PAYMENT_METHOD_CREDIT_CARD',
  'credit_card',
  'payment_method_credit_card',
])('a payment by %s is understood on every path', async (method) => {
  const { order_id: id } = await place();
  const { status, body } = await call('POST', `/api/v1/orders/${id as string}/pay`, {
    payment_method: method,
  });
  expect(status).toBe(200);
  expect(Object.keys(body ?? {})).toEqual(['transaction_id']);
  const shown = await call('GET', `/orders/${id as string}`);
  expect(shown.body).toMatchObject({ ...body, status: 'paid', payment_method: 'credit_card' });
  const atOnce = await place('/orders', { payment_method: method });
  expect(atOnce).toMatchObject({ payment_method: 'credit_card' });
});

test('cancelling answers 204 without a body; again 409', async () => {
  const { order_id: id } = await place();
  const path = `/api/v1/orders/${id as string}/cancel`;
  expect(await call('POST', path)).toEqual({ status: 204, body: undefined });
  expect(await call('POST', path)).toEqual(refusal(409, 'order-not-cancellable'));
  const pay = await call('POST', `/api/v1/orders/${id as string}/pay`, { payment_method: 'CARD' });
  expect(pay).toEqual(refusal(409, 'order-not-payable'));
});

test.each(['/api/v1/orders', '/orders'])(
  '%s refuses with code, message and reason',
  async (path) => {
    const unknown = crypto.randomUUID();
    expect(await call('GET', `${path}/${unknown}`)).toEqual(refusal(404, 'order-not-found'));
    const wrongId = await call('GET', `${path}/nonsense`);
    expect(wrongId).toEqual(refusal(400, 'invalid-request'));
    expect(wrongId.body?.['message']).toContain('order_id');
    const part = await call('POST', path, await newOrder({ part_ids: [unknown] }));
    expect(part).toEqual(refusal(404, 'part-not-found'));
    expect(part.body?.['message']).toContain(unknown);
    const scarce = await tables.addPart(1);
    const items = [{ part_id: scarce, quantity: 2 }];
    const short = await call('POST', path, { user_id: unknown, items });
    expect(short).toEqual(refusal(409, 'out-of-stock'));
    const method = await call('POST', path, await newOrder({ payment_method: 'SHELLS' }));
    expect(method).toMatchObject({ status: 400, body: { code: 400 } });
    expect(method.body?.['message']).toContain('payment_method');
  },
);

test('inventory or payment away: 503', async () => {
  const nowhere = 'http://127.0.0.1:1';
  const [noInventory, noPayment] = await Promise.all([
    shop.startOrder({ INVENTORY_URL: nowhere }),
    shop.startOrder({ PAYMENT_URL: nowhere }),
  ]);
  const plain = await call('POST', '/orders', await newOrder(), noInventory);
  expect(plain).toEqual(refusal(503, 'inventory-unavailable'));
  const paid = await newOrder({ payment_method: 'CARD' });
  expect(await call('POST', '/orders', paid, noPayment)).toEqual(
    refusal(503, 'payment-unavailable'),
  );
  await Promise.all([noInventory.stop(), noPayment.stop()]);
});
