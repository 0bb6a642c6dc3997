import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { startRpcFixture, type RpcFixture } from '../../../testing/rpc-fixture.ts';

const unused = () => Promise.reject(new Error('unused'));
const unusedStream = (): never => {
  throw new Error('unused');
};
const shop = 'https://shop.example';

let fixture: RpcFixture | undefined;
afterEach(async () => {
  await fixture?.close();
  fixture = undefined;
});

const start = async (corsOrigins?: readonly string[]): Promise<string> => {
  const orders = {
    orderCreate: unused,
    orderInfo: unused,
    orderPay: unused,
    orderCancel: unused,
    watchOrder: unusedStream,
  };
  const service = { ...orders, stocksInfo: () => Promise.resolve({ count: 7n }) };
  fixture = await startRpcFixture(LomsService, service, corsOrigins ? { corsOrigins } : {});
  return fixture.url;
};

const preflight = (url: string, origin: string) =>
  fetch(`${url}/loms.v1.LomsService/StocksInfo`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'connect-protocol-version,content-type,idempotency-key',
    },
  });

test('a page of an allowed origin may ask beforehand, call, and read refusals', async () => {
  const url = await start([shop]);
  const asked = await preflight(url, shop);
  expect(asked.status).toBe(204);
  expect(asked.headers.get('access-control-allow-origin')).toBe(shop);
  expect(asked.headers.get('access-control-allow-methods')).toMatch('POST');
  const allowed = asked.headers.get('access-control-allow-headers')?.toLowerCase();
  for (const header of ['connect-protocol-version', 'content-type', 'idempotency-key'])
    expect(allowed).toMatch(header);

  for (const path of ['/stock/info?sku=1', '/nothing']) {
    const response = await fetch(url + path, { headers: { origin: shop } });
    expect(response.headers.get('access-control-allow-origin')).toBe(shop);
    expect(response.headers.get('vary')).toBe('Origin');
  }
  const connect = await fetch(`${url}/loms.v1.LomsService/StocksInfo`, {
    method: 'POST',
    headers: { origin: shop, 'content-type': 'application/json' },
    body: '{"sku":"1"}',
  });
  expect(await connect.json()).toEqual({ count: '7' });
  expect(connect.headers.get('access-control-allow-origin')).toBe(shop);
});

test.each([
  ['another origin', [shop], 'https://evil.example'],
  ['a longer one that begins like it', [shop], `${shop}.evil.example`],
  ['any, when none is allowed', undefined, shop],
])('%s gets no CORS headers', async (_, origins, origin) => {
  const url = await start(origins);
  const asked = await preflight(url, origin);
  expect(asked.headers.get('access-control-allow-origin')).toBeNull();
  const response = await fetch(`${url}/stock/info?sku=1`, { headers: { origin } });
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
  expect(response.status).toBe(200);
});

test('* lets every page', async () => {
  const url = await start(['*']);
  expect((await preflight(url, 'null')).headers.get('access-control-allow-origin')).toBe('null');
});
