import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { HealthCheckRequestSchema, Health } from '#gen/grpc/health/v1/health_pb.ts';
import { create } from '@bufbuild/protobuf';
import type { Caller, Tokens } from '../../base/tokens.ts';
import { startRpcFixture, type RpcFixture } from '../../../testing/rpc-fixture.ts';
import type { Implementation } from './implementation.ts';

const roles = {
  orderCreate: 'orders:write',
  orderInfo: 'orders:read',
  orderPay: 'orders:write',
  orderCancel: 'orders:write',
  stocksInfo: 'stocks:read',
  watchOrder: 'orders:read',
};
const known: Record<string, Caller> = {
  'reader-token': { subject: 'reader', roles: new Set(['stocks:read']) },
  'writer-token': { subject: 'writer', roles: new Set(['orders:write']) },
};
const tokens: Tokens = { find: (token) => known[token] };

const seen: (string | undefined)[] = [];
const may: boolean[] = [];
const unused = (): never => {
  throw new Error('unused');
};
const implementation: Implementation<typeof LomsService> = {
  orderCreate: unused,
  orderInfo: unused,
  orderPay: unused,
  orderCancel: unused,
  watchOrder: async function* ({ orderId }, { caller }) {
    seen.push(caller);
    yield await Promise.resolve({ sequence: orderId });
  },
  stocksInfo: (_request, context) => {
    seen.push(context.caller);
    may.push(context.hasRole('stocks:read'), context.hasRole('orders:write'));
    return Promise.resolve({ count: 3n });
  },
};

let fixture: RpcFixture;
beforeAll(async () => {
  fixture = await startRpcFixture(LomsService, implementation, { access: { tokens, roles } });
});
afterAll(() => fixture.close());

const asReader = { authorization: 'Bearer reader-token' };
const asWriter = { authorization: 'Bearer writer-token' };
const wrong = [
  {},
  { authorization: 'Bearer nobody' },
  { authorization: 'Basic reader-token' },
  { authorization: 'Bearer' },
  { authorization: 'Bearer reader-token, Bearer writer-token' },
];

describe.each(['grpc', 'connect', 'grpc-web'] as const)('over %s', (protocol) => {
  const ask = (headers: Record<string, string>) =>
    fixture.clients[protocol].call(LomsService.method.stocksInfo, { sku: 1n }, { headers });

  test('a token with the role is let in, under its name', async () => {
    seen.length = may.length = 0;
    expect(await ask(asReader)).toMatchObject({ code: 'OK' });
    expect(seen).toEqual(['reader']);
    expect(may).toEqual([true, false]);
  });

  test.each(wrong)('%j is UNAUTHENTICATED', async (headers) => {
    const refused = { code: 'UNAUTHENTICATED', reason: 'unauthenticated', domain: 'inorder.loms' };
    expect(await ask(headers as Record<string, string>)).toMatchObject(refused);
  });

  test('a token without the role is PERMISSION_DENIED, and told which', async () => {
    const metadata = { role: 'stocks:read' };
    const refused = { code: 'PERMISSION_DENIED', reason: 'permission-denied', metadata };
    expect(await ask(asWriter)).toMatchObject(refused);
  });
});

describe('over HTTP', () => {
  const send = (path: string, body: string, headers: Record<string, string>) =>
    fetch(fixture.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });

  test('REST answers 401 with what to send, 403 with the role, and 200', async () => {
    const ask = (headers: Record<string, string>) =>
      fetch(`${fixture.url}/stock/info?sku=1`, { headers });
    const unknown = await ask({});
    expect([unknown.status, unknown.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await unknown.json()).toMatchObject({ code: 401, reason: 'unauthenticated' });
    const denied = await ask(asWriter);
    expect(denied.status).toBe(403);
    expect(await denied.json()).toMatchObject({ metadata: { role: 'stocks:read' } });
    expect((await ask(asReader)).status).toBe(200);
  });

  test('a stream is refused as well', async () => {
    const path = '/loms.v1.LomsService/WatchOrder';
    const headers = { 'content-type': 'application/connect+json' };
    const response = await send(path, '', headers);
    expect(await response.text()).toContain('unauthenticated');
  });

  test('who may not call learns nothing of what is wrong with the request', async () => {
    const rest = await send('/order/create', '{', {});
    expect(rest.status).toBe(401);
    const connect = await send('/loms.v1.LomsService/OrderCreate', '{', {});
    expect([connect.status, connect.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    const allowed = await send('/loms.v1.LomsService/OrderCreate', '{', asWriter);
    expect(allowed.status).toBe(400);
  });

  test.each(['/healthz', '/readyz', '/metrics'])('%s is open', async (path) => {
    expect((await fetch(fixture.url + path)).status).toBe(200);
  });

  test('refusals are counted', async () => {
    await send('/loms.v1.LomsService/OrderPay', '{}', {});
    const text = await (await fetch(`${fixture.url}/metrics`)).text();
    expect(text).toMatch(/OrderPay",protocol="connect",code="UNAUTHENTICATED"\} 1/);
  });
});

test('health is open', async () => {
  const request = create(HealthCheckRequestSchema, { service: '' });
  const { code } = await fixture.clients.grpc.call(Health.method.check, request);
  expect(code).toBe('OK');
});

test('an RPC without a role is refused when the service is made', async () => {
  const { orderInfo, orderPay } = roles;
  const started = startRpcFixture(LomsService, implementation, {
    access: { tokens, roles: { orderInfo, orderPay } },
  });
  await expect(started).rejects.toThrow('loms.v1.LomsService/OrderCreate has no role');
});
