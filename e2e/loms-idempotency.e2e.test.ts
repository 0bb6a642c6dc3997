import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { untilWaitingForLock } from '../testing/lock-wait.ts';
import { waitFor } from '../testing/wait-for.ts';
import { createTestDatabase, type TestDatabase } from '../testing/engines/database.ts';
import { protocols, killLeftLoms, startLoms } from '../testing/loms/start-loms.ts';
import { openLomsTables, type LomsTables } from '../testing/loms/tables.ts';

const { orderCreate } = LomsService.method;

let database: TestDatabase;
let tables: LomsTables;

beforeAll(async () => {
  database = await createTestDatabase();
  tables = openLomsTables(database.adminUrl);
});

afterEach(killLeftLoms);
afterAll(() => tables.close());

const keyed = (key: string) => ({ headers: { 'idempotency-key': key } });
const orderOf = (sku: bigint, count = 1) => ({ userId: 1n, items: [{ sku, count }] });
const ordersOf = async (sku: bigint) => {
  const { rowCount } = await tables.admin.query('SELECT FROM loms.order_items WHERE sku = $1', [
    sku,
  ]);
  return rowCount;
};

test('the same order over all protocols is one, and the key is in no event', async () => {
  const loms = await startLoms(database.urlFor('loms'));
  const sku = await tables.addStock(100);
  const outcomes = [];
  for (const protocol of protocols)
    outcomes.push(
      await loms.clients[protocol].call(orderCreate, orderOf(sku), keyed('key over all')),
    );
  const [first] = outcomes;
  expect(first).toMatchObject({ code: 'OK', answer: { orderId: expect.any(BigInt) } });
  for (const { answer } of outcomes) expect(answer).toEqual(first?.answer);
  expect(await ordersOf(sku)).toBe(1);
  const { orderId } = first?.answer as unknown as { orderId: bigint };
  const { rows } = await tables.admin.query('SELECT headers FROM loms.outbox WHERE key = $1', [
    orderId.toString(),
  ]);
  expect(rows).toEqual([{ headers: {} }, { headers: {} }]);
  await loms.stop();
});

test('white space around the key does not make another key of it', async () => {
  const loms = await startLoms(database.urlFor('loms'));
  const sku = await tables.addStock(100);
  const answers = [];
  for (const protocol of ['grpc', 'connect', 'grpc-web'] as const) {
    for (const key of ['spaced', ' spaced', 'spaced ', '  spaced  '])
      answers.push(await loms.clients[protocol].call(orderCreate, orderOf(sku), keyed(key)));
  }
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(answers[0]).toMatchObject({ code: 'OK' });
  expect(await ordersOf(sku)).toBe(1);
  await loms.stop();
});

test.each([
  ['412', {}],
  ['400', { HTTP_PRECONDITION_STATUS: '400' }],
])(
  'used for another order: refused, over HTTP with %s; a wrong key is named',
  async (status, env) => {
    const loms = await startLoms(database.urlFor('loms'), env);
    const sku = await tables.addStock(100);
    const key = keyed(`reused ${status}`);
    await loms.clients.grpc.call(orderCreate, orderOf(sku), key);
    for (const protocol of protocols) {
      const code = protocol === 'rest' ? status : 'FAILED_PRECONDITION';
      const outcome = await loms.clients[protocol].call(orderCreate, orderOf(sku, 2), key);
      expect(outcome).toMatchObject({ code, reason: 'idempotency-key-reused' });
      const wrong = await loms.clients[protocol].call(
        orderCreate,
        orderOf(sku),
        keyed('x'.repeat(256)),
      );
      expect(wrong).toMatchObject({
        code: protocol === 'rest' ? '400' : 'INVALID_ARGUMENT',
        violations: [{ field: 'idempotency-key' }],
      });
    }
    expect(await ordersOf(sku)).toBe(1);
    await loms.stop();
  },
);

test('a refusal for want of stock is repeated over all protocols', async () => {
  const loms = await startLoms(database.urlFor('loms'));
  const sku = await tables.addStock(0);
  const first = await loms.clients.grpc.call(orderCreate, orderOf(sku), keyed('short'));
  expect(first).toMatchObject({ reason: 'out-of-stock', metadata: { skus: sku.toString() } });
  const { message, reason, metadata } = first;
  for (const protocol of protocols) {
    const again = await loms.clients[protocol].call(orderCreate, orderOf(sku), keyed('short'));
    expect(again).toMatchObject({ message, reason, metadata });
  }
  expect(await ordersOf(sku)).toBe(1);
  await loms.stop();
});

test('killed after the commit, before the answer: the repeat gets the first answer', async () => {
  const sku = await tables.addStock(100);
  const holder = await tables.admin.connect();
  await holder.query('BEGIN');
  await holder.query('SELECT FROM loms.stocks WHERE sku = $1 FOR UPDATE', [sku]);
  const first = await startLoms(database.urlFor('loms'));
  const lost = first.clients.grpc.call(orderCreate, orderOf(sku), keyed('lost answer'));
  await untilWaitingForLock(tables.admin, 'loms');
  // Postgres has received the statement and carries it out while the stopped process cannot read the answer.
  first.process.kill('SIGSTOP');
  await holder.query('COMMIT');
  holder.release();
  await waitFor(async () => (await ordersOf(sku)) === 1, { what: 'the commit' });
  first.process.kill('SIGKILL');
  expect((await lost).code).toBe('UNAVAILABLE');
  first.closeClients();

  const second = await startLoms(database.urlFor('loms'));
  const again = await second.clients.rest.call(orderCreate, orderOf(sku), keyed('lost answer'));
  const { rows } = await tables.admin.query<{ order_id: string }>(
    'SELECT order_id FROM loms.order_items WHERE sku = $1',
    [sku],
  );
  expect(rows).toHaveLength(1);
  expect(again).toMatchObject({ answer: { orderId: BigInt(rows[0]!.order_id) } });
  expect(await tables.stockOf(sku)).toEqual({ totalCount: 100, reserved: 1 });
  await second.stop();
});

test('twins in two processes make one order', async () => {
  const both = [await startLoms(database.urlFor('loms')), await startLoms(database.urlFor('loms'))];
  const sku = await tables.addStock(100);
  const twins = Array.from({ length: 48 }, (_, i) =>
    both[i % 2]!.clients[protocols[i % 4]!].call(orderCreate, orderOf(sku), keyed('twins')),
  );
  const ids = (await Promise.all(twins)).map(
    ({ answer }) => (answer as unknown as { orderId: bigint }).orderId,
  );
  expect(new Set(ids).size).toBe(1);
  expect(await ordersOf(sku)).toBe(1);
  for (const loms of both) await loms.stop();
});
