import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { ConnectError, createClient, type Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { Client, credentials, type Metadata } from '@grpc/grpc-js';
import { AppError } from '../../base/errors.ts';
import { startRpcFixture, type RpcFixture } from '../../../testing/rpc-fixture.ts';
import { toBytes } from '../../../testing/rpc-clients.ts';
import type { LineUpload } from '../rest/upload.ts';
import type { RpcContext } from './context.ts';
import type { Implementation } from './implementation.ts';

const [answered, refused, broken, silent, empty, slow] = [1n, 2n, 3n, 4n, 5n, 6n];
const headers = { 'x-test-one': 'one, and more', 'x-test-two': '2' };

/** The order id picks what becomes of the call. */
const setHeaders = (orderId: bigint, context: RpcContext): void => {
  if (orderId === silent) return;
  context.setAnswerHeader('x-test-one', 'replaced');
  context.setAnswerHeader('x-test-one', headers['x-test-one']);
  context.setAnswerHeader('x-test-two', headers['x-test-two']);
  if (orderId === refused) throw new AppError('conflict', 'busy', 'try again');
  if (orderId === broken) context.setAnswerHeader('x-test-three', 'ü');
};

const next = Promise.withResolvers<undefined>();
const unused = () => Promise.reject(new Error('unused'));
const implementation: Implementation<typeof LomsService> = {
  orderCreate: unused,
  orderInfo: ({ orderId }, context) => {
    setHeaders(orderId, context);
    return Promise.resolve({ status: 'new' });
  },
  orderPay: unused,
  orderCancel: unused,
  stocksInfo: unused,
  async *watchOrder({ orderId }, context) {
    setHeaders(orderId, context);
    if (orderId === slow) await next.promise;
    if (orderId === empty) return;
    yield { sequence: 1n };
    context.setAnswerHeader('x-test-late', 'late');
    yield { sequence: 2n };
  },
};

const upload: LineUpload = async function* (lines, context) {
  setHeaders(answered, context);
  for await (const { length } of lines) {
    yield { length };
    context.setAnswerHeader('x-test-late', 'late');
  }
};

let fixture: RpcFixture;
beforeAll(async () => {
  const uploads = new Map([[LomsService.method.orderCreate, upload]]);
  const options = { corsOrigins: ['*'], uploads };
  fixture = await startRpcFixture(LomsService, implementation, options);
});
afterAll(() => fixture.close());

/** Makes a call with a client of a protocol, and returns the headers of the answer that are ours. */
type Ask = (rpc: 'orderInfo' | 'watchOrder', orderId: bigint) => Promise<Record<string, string>>;

const oursOf = (all: Iterable<[string, unknown]>): Record<string, string> =>
  Object.fromEntries(
    [...all].flatMap(([name, value]) =>
      name.startsWith('x-test-') ? [[name, String(value)]] : [],
    ),
  );

const askGrpc: Ask = async (rpc, orderId) => {
  const client = new Client(`127.0.0.1:${fixture.grpc.port}`, credentials.createInsecure());
  const method = LomsService.method[rpc];
  const path = `/${LomsService.typeName}/${method.name}`;
  const asIs = (bytes: Buffer) => bytes;
  // a unary call is a stream of one answer
  const call = client.makeServerStreamRequest(path, asIs, asIs, toBytes(method, { orderId }));
  let seen: Metadata | undefined;
  call.on('metadata', (metadata: Metadata) => (seen = metadata));
  call.on('error', () => undefined);
  call.resume();
  await new Promise((resolve) => call.on('status', resolve));
  client.close();
  return oursOf(Object.entries(seen?.getMap() ?? {}));
};

const askConnect =
  (createTransport: (options: { baseUrl: string; httpVersion: '1.1' }) => Transport): Ask =>
  async (rpc, orderId) => {
    const transport = createTransport({ baseUrl: fixture.url, httpVersion: '1.1' });
    const client = createClient(LomsService, transport);
    let seen: Headers | undefined;
    const onHeader = (all: Headers) => (seen = all);
    try {
      if (rpc === 'orderInfo') await client.orderInfo({ orderId }, { onHeader });
      else await Array.fromAsync(client.watchOrder({ orderId }, { onHeader }));
    } catch (error) {
      // the headers of a refused unary call are part of its error
      seen ??= ConnectError.from(error).metadata;
    }
    return oursOf(seen ?? []);
  };

const paths = { orderInfo: '/order/info', watchOrder: '/order/watch' };
const askRest: Ask = async (rpc, orderId) => {
  const response = await fetch(`${fixture.url}${paths[rpc]}?order_id=${orderId}`);
  await response.text();
  return oursOf(response.headers);
};

describe.each([
  ['grpc', askGrpc],
  ['connect', askConnect(createConnectTransport)],
  ['grpc-web', askConnect(createGrpcWebTransport)],
  ['rest', askRest],
])('a header that an implementation sets arrives over %s', (_protocol, ask) => {
  test('with an answer', async () => {
    expect(await ask('orderInfo', answered)).toEqual(headers);
  });

  test('with a refusal, and with the error that a wrong header is', async () => {
    fixture.log.length = 0;
    expect(await ask('orderInfo', refused)).toEqual(headers);
    expect(await ask('orderInfo', broken)).toEqual(headers);
    expect(fixture.log.filter(({ level }) => level === 50)).toMatchObject([
      { err: { message: 'an answer cannot have the header {"x-test-three":"ü"}' } },
    ]);
  });

  test('before the answers of a stream, but not after the first', async () => {
    expect(await ask('watchOrder', answered)).toEqual(headers);
    expect(await ask('watchOrder', empty)).toEqual(headers);
    expect(await ask('watchOrder', refused)).toEqual(headers);
  });

  test('only when there is one', async () => {
    expect(await ask('orderInfo', silent)).toEqual({});
    expect(await ask('watchOrder', silent)).toEqual({});
  });
});

test('an event stream that begins before its first event has the headers that are set by then', async () => {
  const response = await fetch(`${fixture.url}/order/watch?order_id=${slow}`);
  expect(oursOf(response.headers)).toEqual(headers);
  next.resolve(undefined);
  expect(await response.text()).toMatch(/data: .*\n\n.*data: /s);
});

test('the answer to an upload has them', async () => {
  const response = await fetch(`${fixture.url}/order/create`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: '{}\n{}\n',
  });
  expect(await response.text()).toBe('{"length":2}\n');
  expect(oursOf(response.headers)).toEqual(headers);
});

test('pages of other origins may read them', async () => {
  const init = { headers: { origin: 'https://shop.example' } };
  const response = await fetch(`${fixture.url}/order/info?order_id=${answered}`, init);
  expect(response.headers.get('access-control-expose-headers')).toBe('*');
});
