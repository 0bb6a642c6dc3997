import { LomsService, OrderCreateRequestSchema } from '#gen/loms/v1/loms_pb.ts';
import { create, toBinary } from '@bufbuild/protobuf';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { readIdempotencyKey } from '../idempotency/key.ts';
import { callGrpc } from '../../../testing/grpc-call.ts';
import { startRpcFixture, type RpcFixture } from '../../../testing/rpc-fixture.ts';
import type { RpcContext } from './context.ts';

const unused = () => Promise.reject(new Error('unused'));
const method = LomsService.method.orderCreate;
const path = '/loms.v1.LomsService/OrderCreate';
const body = toBinary(
  OrderCreateRequestSchema,
  create(OrderCreateRequestSchema, { userId: 1n, items: [{ sku: 1n, count: 1 }] }),
);
// bytes: with a string Node writes the headers in the coding of the body
const json = Buffer.from('{"user_id":1,"items":[{"sku":1,"count":1}]}');

let fixture: RpcFixture;
let last: { key: string | undefined; trace: string | undefined; correlation: string | undefined };

beforeAll(async () => {
  const orderCreate = (asked: Parameters<typeof readIdempotencyKey>[1], context: RpcContext) => {
    last = {
      key: readIdempotencyKey(method, asked as never, context)?.key,
      trace: context.traceId,
      correlation: context.header('correlation-id'),
    };
    return Promise.resolve({ orderId: 1n });
  };
  const calls = { orderInfo: unused, orderPay: unused, orderCancel: unused, stocksInfo: unused };
  fixture = await startRpcFixture(LomsService, {
    orderCreate,
    ...calls,
    watchOrder: unused as never,
  });
});
afterAll(() => fixture.close());

type Headers = Record<string, string | string[]>;

/** Sends raw HTTP/1 with headers that fetch would mend; gives the whole answer. */
const post = (to: string, type: string, sent: { headers: Headers; bytes: Uint8Array }) =>
  new Promise<string>((resolve, reject) => {
    const url = `${fixture.url}${to}`;
    const headers = { 'content-type': type, ...sent.headers };
    const call = request(url, { method: 'POST', headers, agent: false }, (response) => {
      text(response).then((answer) => resolve(`${response.statusCode} ${answer}`), reject);
    });
    call.on('error', reject).end(sent.bytes);
  });

const envelope = Buffer.concat([Buffer.of(0, 0, 0, 0, body.length), body]);

/** Undefined when the call was answered, otherwise what it was refused with. */
const protocols: Record<string, (headers: Headers) => Promise<string | undefined>> = {
  gRPC: async (headers) => {
    const { code, message } = await callGrpc(fixture.grpc.port, { path, headers, message: body });
    return code === 0 ? undefined : message;
  },
  Connect: async (headers) => {
    const answer = await post(path, 'application/proto', { headers, bytes: body });
    return answer.startsWith('200') ? undefined : answer;
  },
  'gRPC-Web': async (headers) => {
    const answer = await post(path, 'application/grpc-web+proto', { headers, bytes: envelope });
    return /grpc-status: ?0/.test(answer) ? undefined : decodeURIComponent(answer);
  },
  REST: async (headers) => {
    const answer = await post('/order/create', 'application/json', { headers, bytes: json });
    return answer.startsWith('200') ? undefined : answer;
  },
};

describe.each(Object.entries(protocols))('%s', (_door, call) => {
  test.each([
    [' k 1', 'k 1'],
    ['k ', 'k'],
    ['\tk\t ', 'k'],
    ['   k', 'k'],
  ])('a key %j is the key %j', async (sent, key) => {
    expect(await call({ 'idempotency-key': sent })).toBeUndefined();
    expect(last.key).toBe(key);
  });

  test.each([[''], [' '], ['\t'], ['a\tb'], ['k\xe9y'], ['\xff']])(
    'a key %j is refused by name',
    async (sent) => {
      const refusal = await call({ 'idempotency-key': sent });
      expect(refusal).toMatch(/idempotency-key: must be 1 to 255 printable ASCII/);
    },
  );

  test.each([[['k', 'k']], [['a', 'b']], [['', 'b']]])(
    'a key sent twice, %j, is refused by name',
    async (sent) => {
      const refusal = await call({ 'idempotency-key': sent });
      expect(refusal).toMatch(/idempotency-key: must be sent once/);
    },
  );

  test('a key with a comma is one key', async () => {
    expect(await call({ 'idempotency-key': 'a, b' })).toBeUndefined();
    expect(last.key).toBe('a, b');
  });

  test('other headers keep what they say', async () => {
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const headers = {
      traceparent: ` 00-${trace}-b7ad6b7169203331-01\t`,
      'correlation-id': ' caf\xe9 ',
      'x-nobody-reads': 'm\xfcller',
    };
    expect(await call(headers)).toBeUndefined();
    expect(last).toEqual({ key: undefined, trace, correlation: 'caf\xe9' });
  });
});
