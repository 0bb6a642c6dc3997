import { createTestDatabase, type TestDatabase } from '../testing/engines/database.ts';
import { startLoms, type RunningLoms } from '../testing/loms/start-loms.ts';
import { openLomsTables, type LomsTables } from '../testing/loms/tables.ts';

// The HTTP statuses and bytes that a client without a library receives.

let database: TestDatabase;
let tables: LomsTables;
let loms: RunningLoms;
let lenient: RunningLoms;

beforeAll(async () => {
  database = await createTestDatabase();
  tables = openLomsTables(database.adminUrl);
  const url = database.urlFor('loms');
  [loms, lenient] = await Promise.all([
    startLoms(url),
    startLoms(url, { HTTP_PRECONDITION_STATUS: '400' }),
  ]);
});

afterAll(async () => {
  await Promise.all([loms.stop(), lenient.stop()]);
  await tables.close();
});

const post = (url: string, body: unknown, type = 'application/json'): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': type },
    body: body instanceof Uint8Array ? new Blob([body]) : JSON.stringify(body),
  });

const rpcUrl = (rpc: string): string => `${loms.url}/loms.v1.LomsService/${rpc}`;

const createFailed = async (server: RunningLoms): Promise<Response> => {
  const sku = await tables.addStock(0);
  return post(`${server.url}/order/create`, {
    user_id: 1,
    items: [{ sku: Number(sku), count: 1 }],
  });
};

test('REST writes 64-bit integers as JSON numbers under proto names', async () => {
  const sku = Number(await tables.addStock(10));
  const created = await post(`${loms.url}/order/create`, {
    user_id: 7,
    items: [{ sku, count: 2 }],
  });
  expect(created.headers.get('content-type')).toMatch('application/json');
  const { order_id: orderId } = (await created.json()) as { order_id: number };
  const info = await fetch(`${loms.url}/order/info?order_id=${orderId}`);
  expect(await info.json()).toEqual({
    status: 'awaiting payment',
    user_id: 7,
    items: [{ sku, count: 2 }],
  });
  const paid = await post(`${loms.url}/order/pay`, { order_id: orderId });
  expect(await paid.json()).toEqual({});
  const stock = await fetch(`${loms.url}/stock/info?sku=${sku}`);
  expect(await stock.json()).toEqual({ count: 8 });
});

test('REST says 412 to a refused state change, or 400 by the setting', async () => {
  for (const [server, status] of [
    [loms, 412],
    [lenient, 400],
  ] as const) {
    const refused = await createFailed(server);
    expect(refused.status).toBe(status);
    expect(await refused.json()).toMatchObject({ code: status, reason: 'out-of-stock' });
  }
});

test.each([
  [{}, 400],
  [{ orderId: '999999999' }, 404],
])("Connect says %j is its protocol's %d", async (body, status) => {
  const answer = await post(rpcUrl('OrderInfo'), body);
  expect(answer.status).toBe(status);
});

test("Connect says 400 to a refused state change, by its protocol, with the protocol's word", async () => {
  const items = [{ sku: '999999999', count: 1 }];
  const answer = await post(rpcUrl('OrderCreate'), { userId: '1', items });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ code: 'failed_precondition' });
});

test('Connect keeps protobuf JSON: 64-bit integers are strings', async () => {
  const sku = (await tables.addStock(3)).toString();
  const answer = await post(rpcUrl('StocksInfo'), { sku });
  expect(await answer.json()).toEqual({ count: '3' });
});

test('gRPC-Web always says 200; its status is in the trailers', async () => {
  const emptyMessage = new Uint8Array(5);
  const answer = await post(rpcUrl('OrderInfo'), emptyMessage, 'application/grpc-web+proto');
  expect(answer.status).toBe(200);
  const said = `${JSON.stringify([...answer.headers])}${await answer.text()}`;
  expect(said).toMatch(/grpc-status"?[:,] ?"?3/);
});
