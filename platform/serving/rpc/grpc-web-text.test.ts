import {
  LomsService,
  OrderCreateResponseSchema,
  WatchOrderRequestSchema,
  type OrderCreateRequest,
} from '#gen/loms/v1/loms_pb.ts';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { startRpcFixture, type RpcFixture } from '../../../testing/rpc-fixture.ts';
import { toBytes } from '../../../testing/rpc-clients.ts';

let fixture: RpcFixture;
let asked: OrderCreateRequest | undefined;
const next = Promise.withResolvers<undefined>();
const unused = () => Promise.reject(new Error('unused'));

beforeAll(async () => {
  fixture = await startRpcFixture(LomsService, {
    orderCreate: (request) => {
      asked = request;
      return Promise.resolve({ orderId: 7n });
    },
    orderInfo: unused,
    orderPay: unused,
    orderCancel: unused,
    stocksInfo: unused,
    async *watchOrder() {
      yield { sequence: 1n };
      await next.promise;
      yield { sequence: 2n };
    },
  });
});
afterAll(() => fixture.close());

const enveloped = (message: Uint8Array): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
};
const order = enveloped(
  toBytes(LomsService.method.orderCreate, { userId: 1n, items: [{ sku: 1n, count: 1 }] }),
);

const send = (rpc: string, body: string, type = 'application/grpc-web-text'): Promise<Response> =>
  fetch(`${fixture.url}/loms.v1.LomsService/${rpc}`, {
    method: 'POST',
    headers: { 'content-type': type, accept: type, 'x-grpc-web': '1' },
    body,
  });

/** As the clients of grpc-web read it: four characters at a time, wherever the padding stands. */
const unpack = (text: string): Buffer =>
  Buffer.concat((text.match(/.{4}/g) ?? []).map((four) => Buffer.from(four, 'base64')));
const trailersOf = (bytes: Buffer): string => bytes.subarray(bytes.indexOf(0x80) + 5).toString();

test.each(['application/grpc-web-text', 'application/grpc-web-text+proto'])(
  'a message is read and answered as text: %s',
  async (type) => {
    const answer = await send('OrderCreate', order.toString('base64'), type);
    expect(answer.headers.get('content-type')).toBe('application/grpc-web-text+proto');
    const bytes = unpack(await answer.text());
    const message = bytes.subarray(5, 5 + bytes.readUInt32BE(1));
    expect(fromBinary(OrderCreateResponseSchema, message).orderId).toBe(7n);
    expect(trailersOf(bytes)).toMatch('grpc-status: 0');
    expect(asked).toMatchObject({ userId: 1n });
  },
);

test('a message in pieces that are padded each by itself is read', async () => {
  const pieces = [order.subarray(0, 5), order.subarray(5, 6), order.subarray(6)];
  const answer = await send('OrderCreate', pieces.map((one) => one.toString('base64')).join(''));
  expect(trailersOf(unpack(await answer.text()))).toMatch('grpc-status: 0');
});

test.each(['%%%%', 'AAA', '=AAA', 'AA==='])('%s is refused', async (body) => {
  const answer = await send('OrderCreate', body);
  expect(trailersOf(unpack(await answer.text()))).toMatch(/base64.*grpc-status: 3/s);
});

test('a message that is too large is refused', async () => {
  const answer = await send('OrderCreate', Buffer.alloc(1_200_000).toString('base64'));
  expect(trailersOf(unpack(await answer.text()))).toMatch('grpc-status: 8');
  expect(answer.headers.get('connection')).toBe('close');
});

test('each answer of a stream can be read when it comes', async () => {
  const request = create(WatchOrderRequestSchema, { orderId: 1n });
  const bytes = enveloped(toBinary(WatchOrderRequestSchema, request));
  const answer = await send('WatchOrder', bytes.toString('base64'));
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  const first = await reader.read();
  expect(unpack(first.value!).subarray(5).toString('hex')).toBe('1001');
  next.resolve(undefined);
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    rest += value;
  }
  expect(unpack(rest).subarray(5, 7).toString('hex')).toBe('1002');
  expect(trailersOf(unpack(rest))).toMatch('grpc-status: 0');
});
