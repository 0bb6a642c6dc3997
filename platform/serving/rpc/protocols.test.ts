import { LomsService, type OrderCreateResponse } from '#gen/loms/v1/loms_pb.ts';
import { AppError, type ErrorKind } from '../../base/errors.ts';
import { startRpcFixture, type RpcFixture } from '../../../testing/rpc-fixture.ts';
import type { Outcome } from '../../../testing/rpc-clients.ts';
import type { RpcContext } from './context.ts';

const kinds: [ErrorKind, code: string, rest: number][] = [
  ['invalid', 'INVALID_ARGUMENT', 400],
  ['not-found', 'NOT_FOUND', 404],
  ['exists', 'ALREADY_EXISTS', 409],
  ['precondition', 'FAILED_PRECONDITION', 412],
  ['conflict', 'ABORTED', 409],
  ['exhausted', 'RESOURCE_EXHAUSTED', 429],
  ['unavailable', 'UNAVAILABLE', 503],
];

let fixture: RpcFixture;
let lastContext: RpcContext | undefined;

beforeAll(async () => {
  fixture = await startRpcFixture(LomsService, {
    orderCreate: (request, context) => {
      lastContext = context;
      return Promise.resolve({ orderId: request.userId + BigInt(request.items.length) });
    },
    // The order id picks the way in which the call fails.
    orderInfo: ({ orderId }) => {
      const kind = kinds[Number(orderId) - 1]?.[0];
      if (kind === undefined) throw new TypeError('secret: password is 123');
      const metadata = { order_id: String(orderId) };
      throw new AppError(kind, 'some-reason', `no – ${kind}`, { metadata });
    },
    orderPay: () => {
      throw new AppError('invalid', 'bad-sum', 'the sum is too large', { field: 'items[1].count' });
    },
    orderCancel: () => Promise.resolve({}),
    stocksInfo: () => Promise.resolve({ count: 0n }),
    watchOrder: () => {
      throw new Error('unused');
    },
  });
});
afterAll(() => fixture.close());

interface RestBody {
  code: number;
  message: string;
  reason: string;
  metadata?: Record<string, string>;
  field_violations?: { field: string; description: string }[];
}

const rest = async (path: string, init?: RequestInit) => {
  const response = await fetch(fixture.url + path, init);
  return { status: response.status, body: (await response.json()) as RestBody };
};

const post = (body: object | string | Buffer<ArrayBuffer>, headers = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
});

const callRpc = (
  protocol: keyof RpcFixture['clients'],
  name: keyof typeof LomsService.method,
  request: object,
) => fixture.clients[protocol].call(LomsService.method[name], request);

describe.each(['grpc', 'connect', 'grpc-web'] as const)('a refusal over %s', (protocol) => {
  test.each(kinds)('of kind %s is %s with its reason', async (kind, code) => {
    const orderId = BigInt(kinds.findIndex(([one]) => one === kind) + 1);
    expect(await callRpc(protocol, 'orderInfo', { orderId })).toEqual<Outcome>({
      code,
      message: `no – ${kind}`,
      reason: 'some-reason',
      domain: 'inorder.loms',
      metadata: { order_id: String(orderId) },
    });
  });

  test('of a wrong request names every field', async () => {
    const request = {
      userId: 0n,
      items: [
        { sku: 1n, count: 1 },
        { sku: -1n, count: 0 },
      ],
    };
    const { code, reason, violations } = await callRpc(protocol, 'orderCreate', request);
    expect({ code, reason }).toEqual({ code: 'INVALID_ARGUMENT', reason: 'invalid-request' });
    expect(violations?.map(({ field }) => field)).toEqual([
      'user_id',
      'items[1].sku',
      'items[1].count',
    ]);
  });

  test('that names a field is a violation of that field', async () => {
    const { code, reason, violations } = await callRpc(protocol, 'orderPay', { orderId: 1n });
    expect({ code, reason }).toEqual({ code: 'INVALID_ARGUMENT', reason: 'bad-sum' });
    expect(violations).toEqual([{ field: 'items[1].count', description: 'the sum is too large' }]);
  });

  test('a thousand faults still fit into the answer', async () => {
    const items = Array.from({ length: 1_000 }, () => ({ sku: 0n, count: 0 }));
    const { code, violations } = await callRpc(protocol, 'orderCreate', { userId: 1n, items });
    expect(code).toBe('INVALID_ARGUMENT');
    expect(violations).toHaveLength(20);
  });

  test('a bug says nothing and is logged once', async () => {
    fixture.log.length = 0;
    const outcome = await callRpc(protocol, 'orderInfo', { orderId: 99n });
    expect(outcome).toMatchObject({ code: 'INTERNAL', message: 'internal error', metadata: {} });
    const errors = fixture.log.filter(({ level }) => level === 50);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({
      rpc: 'loms.v1.LomsService/OrderInfo',
      protocol,
      err: { message: 'secret: password is 123' },
    });
  });

  test('an answer arrives, with the headers and the trace on the way in', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const headers = { traceparent, 'idempotency-key': 'k1' };
    const request = { userId: 5n, items: [{ sku: 1n, count: 1 }] };
    const method = LomsService.method.orderCreate;
    const { answer } = await fixture.clients[protocol].call(method, request, { headers });
    expect((answer as OrderCreateResponse).orderId).toBe(6n);
    expect(lastContext?.header('idempotency-key')).toBe('k1');
    expect(lastContext?.header('absent')).toBeUndefined();
    expect(lastContext?.traceparent).toBe(traceparent);
    expect(lastContext?.traceId).toBe('0af7651916cd43dd8448eb211c80319c');
  });
});

describe('REST', () => {
  test.each(kinds)('answers kind %s (%s) with %s', async (kind, _code, status) => {
    const id = kinds.findIndex(([one]) => one === kind) + 1;
    expect(await rest(`/order/info?order_id=${id}`)).toEqual({
      status,
      body: {
        code: status,
        message: `no – ${kind}`,
        reason: 'some-reason',
        metadata: { order_id: String(id) },
      },
    });
  });

  test('names the fields of a wrong request', async () => {
    const { status, body } = await rest(
      '/order/create',
      post({ user_id: 1, items: [{ sku: 0, count: 1 }] }),
    );
    expect(status).toBe(400);
    expect(body.field_violations?.map(({ field }) => field)).toEqual(['items[0].sku']);
  });

  test('says nothing about a bug', async () => {
    expect(await rest('/order/info?order_id=99')).toEqual({
      status: 500,
      body: { code: 500, message: 'internal error', reason: 'internal' },
    });
  });

  test('prints zeros and empty answers', async () => {
    expect((await rest('/stock/info?sku=1')).body).toEqual({ count: 0 });
    expect((await rest('/order/cancel', post({ order_id: 1 }))).body).toEqual({});
  });

  test('takes camelCase and numbers as strings, and passes headers on', async () => {
    const request = post(
      { userId: '5', items: [{ sku: '1', count: 1 }] },
      { 'idempotency-key': 'k2' },
    );
    expect((await rest('/order/create', request)).body).toEqual({ order_id: 6 });
    expect(lastContext?.header('idempotency-key')).toBe('k2');
  });

  test.each([
    ['not JSON', '{"user_id":', ''],
    ['not UTF-8', Buffer.from('7b2261223a22ff227d', 'hex'), ''],
    ['an array', '[]', ''],
    ['deep nesting', '['.repeat(200_000) + ']'.repeat(200_000), ''],
    ['deep nesting inside', `{"items":${'['.repeat(90_000)}${']'.repeat(90_000)}}`, 'items[0]'],
    ['an unknown field', '{"user_id":1,"items":[{"skew":1}]}', 'items[0].skew'],
    ['a wrong type', '{"user_id":{"a":1}}', 'user_id'],
    ['a lost last digit', '{"user_id":9007199254740993}', 'user_id'],
    [
      'a count beyond 32 bits',
      '{"user_id":1,"items":[{"sku":1,"count":4294967296}]}',
      'items[0].count',
    ],
    ['an own prototype', '{"__proto__":{"user_id":1}}', '__proto__'],
  ])('refuses %s with 400', async (_name, text, field) => {
    const { status, body } = await rest('/order/create', post(text));
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 400, reason: 'invalid-request' });
    expect(body.field_violations?.map((violation) => violation.field)).toContain(field);
  });
});

test('every call is counted with its rpc, protocol and code', async () => {
  await callRpc('grpc', 'stocksInfo', { sku: 1n });
  const text = await fixture.metrics.registry.metrics();
  expect(text).toContain(
    'rpc_duration_seconds_count{rpc="loms.v1.LomsService/StocksInfo",protocol="grpc",code="OK"} 1',
  );
});
