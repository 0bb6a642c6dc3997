import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { request } from 'node:http';
import { pino } from 'pino';
import { startHttpServer } from './server.ts';
import { AppError } from '../../base/errors.ts';
import { createReadiness } from '../../base/readiness.ts';
import type { Implementation } from '../rpc/implementation.ts';
import {
  startRpcFixture,
  type RpcFixture,
  type RpcFixtureOptions,
} from '../../../testing/rpc-fixture.ts';

const order = { user_id: 1, items: [{ sku: 1, count: 1 }] };
const never = () => new Promise<never>(() => undefined);
const unused = () => Promise.reject(new Error('unused'));
const unusedStream = (): never => {
  throw new Error('unused');
};

let fixture: RpcFixture | undefined;
afterEach(async () => {
  await fixture?.close();
  fixture = undefined;
});

const start = async (
  orderCreate: Implementation<typeof LomsService>['orderCreate'],
  options?: RpcFixtureOptions,
): Promise<RpcFixture> => {
  const calls = { orderInfo: unused, orderPay: unused, orderCancel: unused, stocksInfo: unused };
  const rest = { ...calls, watchOrder: unusedStream };
  fixture = await startRpcFixture(LomsService, { orderCreate, ...rest }, options);
  return fixture;
};

const json = { 'content-type': 'application/json' };
const post = (body: string, headers: Record<string, string> = json): RequestInit => ({
  method: 'POST',
  headers,
  body,
});

describe('the platform’s own paths', () => {
  test('/healthz is 200 while the process lives, /readyz tells which check fails and why', async () => {
    let isDown = true;
    const server = await start(unused, {
      checks: {
        database: () => (isDown ? Promise.reject(new Error('refused')) : Promise.resolve()),
        broker: () => (isDown ? never() : Promise.resolve()),
      },
    });
    const { url } = server;
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const notReady = await fetch(`${url}/readyz`);
    expect(notReady.status).toBe(503);
    expect(await notReady.json()).toEqual({
      ready: false,
      checks: { database: 'refused', broker: 'no answer within 200 ms' },
    });
    isDown = false;
    const ready = await fetch(`${url}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({ ready: true, checks: { database: 'ok', broker: 'ok' } });
    server.stop();
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  test('/metrics speaks Prometheus', async () => {
    const { url } = await start(unused);
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('content-type')).toMatch('text/plain');
    expect(await response.text()).toMatch(/^process_cpu_seconds_total /m);
  });
});

describe('what is not served', () => {
  test.each([
    ['an unknown path', '/nothing', {}, 404],
    ['a wrong verb', '/order/create', {}, 405],
    ['a wrong verb on a platform path', '/readyz', { method: 'DELETE' }, 405],
    [
      'a form',
      '/order/create',
      post('a=b', { 'content-type': 'application/x-www-form-urlencoded' }),
      415,
    ],
    ['a packed body', '/order/create', post('x', { ...json, 'content-encoding': 'gzip' }), 415],
    ['a large body', '/order/create', post(JSON.stringify({ x: 'x'.repeat(2_000) })), 413],
    ['an unknown parameter', '/order/info?order=1', {}, 400],
    ['a repeated parameter', '/order/info?order_id=1&order_id=2', {}, 400],
    ['a broken escape', '/order/info?order_id=%zz', {}, 400],
  ])('%s', async (_name, path, init, status) => {
    const { url } = await start(unused, { limits: { maxMessageBytes: 1_000 } });
    const response = await fetch(url + path, init);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code: status });
  });

  test('says which verbs are', async () => {
    const { url } = await start(unused);
    expect((await fetch(`${url}/order/create`)).headers.get('allow')).toBe('POST, OPTIONS');
  });

  test('gRPC and strange content types at an RPC’s own path are 415', async () => {
    const { url } = await start(unused);
    for (const type of ['application/grpc', 'text/plain']) {
      const init = post('', { 'content-type': type });
      expect((await fetch(`${url}/loms.v1.LomsService/OrderCreate`, init)).status).toBe(415);
    }
  });
});

test.each(['{', '[]', '{"user_id":"x"}', '[['.repeat(50_000)])(
  'Connect refuses the JSON %.20s as the caller’s fault',
  async (text) => {
    const { url } = await start(unused);
    const response = await fetch(`${url}/loms.v1.LomsService/OrderCreate`, post(text));
    expect(response.status).toBe(400);
  },
);

test('a refusal that does not need the body reads it away, so that its sender gets the answer', async () => {
  const { url } = await start(unused);
  const form = { 'content-type': 'text/plain' };
  const body = 'x'.repeat(900_000);
  for (const path of ['/order/create', '/loms.v1.LomsService/OrderCreate']) {
    const response = await fetch(url + path, post(body, form));
    expect([response.status, response.headers.get('connection')]).toEqual([415, 'keep-alive']);
  }
});

test('a chunked body that grows too large is refused with 413', async () => {
  const { http } = await start(unused, { limits: { maxMessageBytes: 1_000 } });
  const status = await new Promise<number | undefined>((resolve) => {
    const options = { port: http.port, host: '127.0.0.1', path: '/order/create', method: 'POST' };
    const call = request({ ...options, headers: json }, (response) => resolve(response.statusCode));
    call.on('error', () => undefined);
    call.write(Buffer.alloc(600, 32));
    call.write(Buffer.alloc(600, 32));
  });
  expect(status).toBe(413);
});

test('FAILED_PRECONDITION is 400 when set so', async () => {
  const refuse = () => Promise.reject(new AppError('precondition', 'out-of-stock', 'no stock'));
  const { url } = await start(refuse, { rest: { preconditionStatus: 400 } });
  const response = await fetch(`${url}/order/create`, post(JSON.stringify(order)));
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: 400, reason: 'out-of-stock' });
});

describe('time', () => {
  test('runs out with 504', async () => {
    const { url } = await start(never, { limits: { defaultTimeoutMs: 40 } });
    const response = await fetch(`${url}/order/create`, post(JSON.stringify(order)));
    expect(response.status).toBe(504);
  });

  test.each(['connect', 'grpc-web'] as const)('runs out over %s', async (protocol) => {
    const { clients } = await start(never, { limits: { defaultTimeoutMs: 40 } });
    const call = { userId: 1n, items: [{ sku: 1n, count: 1 }] };
    const method = LomsService.method.orderCreate;
    expect((await clients[protocol].call(method, call)).code).toBe('DEADLINE_EXCEEDED');
  });
});

test.each(['/order/create', '/loms.v1.LomsService/OrderCreate'])(
  'a client of %s that goes away aborts the signal',
  async (path) => {
    const started = Promise.withResolvers<undefined>();
    const aborted = Promise.withResolvers<undefined>();
    const { url } = await start((_request, { signal }) => {
      signal.addEventListener('abort', () => aborted.resolve(undefined));
      started.resolve(undefined);
      return never();
    });
    const client = new AbortController();
    const call = fetch(url + path, { ...post(JSON.stringify(order)), signal: client.signal });
    call.catch(() => undefined);
    await started.promise;
    client.abort();
    await expect(aborted.promise).resolves.toBeUndefined();
  },
);

test('closing lets a call under way end and then closes its connection', async () => {
  const gate = Promise.withResolvers<{ orderId: bigint }>();
  const started = Promise.withResolvers<undefined>();
  const { url, http } = await start(() => {
    started.resolve(undefined);
    return gate.promise;
  });
  const call = fetch(`${url}/order/create`, post(JSON.stringify(order)));
  await started.promise;
  const closed = http.close();
  await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed');
  gate.resolve({ orderId: 3n });
  expect(await (await call).json()).toEqual({ order_id: 3 });
  await closed;
});

test('a port that is taken is named, with the setting', async () => {
  const { http, metrics } = await start(unused);
  const readiness = createReadiness({ checks: {}, stopping: new AbortController().signal });
  const logger = pino({ level: 'silent' });
  await expect(
    startHttpServer({
      host: '127.0.0.1',
      port: http.port,
      readiness,
      metrics,
      logger,
      portSetting: 'X_PORT',
    }),
  ).rejects.toThrow(
    `Port ${http.port} on 127.0.0.1 is in use. Stop the other process, or choose another port with X_PORT.`,
  );
});
