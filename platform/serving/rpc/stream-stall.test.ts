import { LomsService, WatchOrderRequestSchema } from '#gen/loms/v1/loms_pb.ts';
import { create, toBinary } from '@bufbuild/protobuf';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { startRpcFixture, type RpcFixture } from '../../../testing/rpc-fixture.ts';
import { sleep } from '#platform/base/sleep.ts';
import { waitFor } from '../../../testing/wait-for.ts';

const message = { orderId: 1n, sequence: 1n, status: 'new', reason: 'x'.repeat(65_536) };
// What the buffers of two kernels and two libraries take at the most, far below what is offered.
const mostTaken = 400;

let made = 0;
let isOpen = false;
let fixture: RpcFixture;
// for a reader that is to be left alone: this process itself may make no progress for seconds on a busy machine
const patientMs = 10_000;
let patient: RpcFixture;
const unused = () => Promise.reject(new Error('unused'));

async function* watchOrder() {
  isOpen = true;
  made = 0;
  try {
    for (;;) {
      made += 1;
      yield await Promise.resolve(message);
    }
  } finally {
    isOpen = false;
  }
}

beforeAll(async () => {
  const calls = { orderCreate: unused, orderInfo: unused, orderPay: unused, orderCancel: unused };
  const implementation = { ...calls, stocksInfo: unused, watchOrder };
  const start = (maxStallMs: number) =>
    startRpcFixture(LomsService, implementation, { limits: { maxStallMs } });
  fixture = await start(400);
  patient = await start(patientMs);
});
afterAll(() => Promise.all([fixture.close(), patient.close()]));

const path = '/loms.v1.LomsService/WatchOrder';
const envelope = (): Buffer => {
  const request = create(WatchOrderRequestSchema, { orderId: 1n });
  const bytes = toBinary(WatchOrderRequestSchema, request);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
};

/** Each asks for the stream and reads nothing of it, until it is asked whether the server has broken it. */
const askOverHttp1 = (lines: string[], body: Uint8Array = Buffer.alloc(0)) => {
  const socket: Socket = connect(fixture.http.port, '127.0.0.1').pause();
  const head = [...lines, 'host: x', `content-length: ${body.length}`, '', ''].join('\r\n');
  socket.on('error', () => undefined).write(Buffer.concat([Buffer.from(head), body]));
  const isBroken = () => socket.resume().closed;
  return { isBroken, close: () => socket.destroy() };
};

const askOverGrpc = () => {
  const session = connectHttp2(`http://127.0.0.1:${fixture.grpc.port}`);
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  stream.on('error', () => undefined).end(envelope());
  return { isBroken: () => stream.closed, close: () => session.destroy() };
};

const post = (type: string) => () =>
  askOverHttp1([`POST ${path} HTTP/1.1`, `content-type: ${type}`], envelope());

test.each([
  ['grpc', askOverGrpc],
  ['connect', post('application/connect+proto')],
  ['grpc-web', post('application/grpc-web+proto')],
  ['rest', () => askOverHttp1(['GET /order/watch?order_id=1 HTTP/1.1'])],
])('%s: a client that reads nothing holds little, and is cut off', async (protocol, ask) => {
  const asked = ask();
  await waitFor(() => isOpen, { what: 'an open stream' });
  await waitFor(() => !isOpen, { what: 'the end of it' });
  expect(made).toBeLessThan(mostTaken);
  await waitFor(asked.isBroken, { what: 'a broken connection' });
  expect(fixture.log.filter(({ reason }) => reason === 'reader-stalled').at(-1)).toMatchObject({
    protocol,
  });
  asked.close();
});

test('a reader that is slow but takes something is not', async () => {
  const response = await fetch(`${patient.url}/order/watch?order_id=1`);
  const reader = response.body!.getReader();
  const startedAtMs = performance.now();
  while (performance.now() - startedAtMs < patientMs + 1_000) {
    for (const before = made; made === before;) expect((await reader.read()).done).toBe(false);
    await sleep(100);
  }
  expect(isOpen).toBe(true);
  await reader.cancel();
  await waitFor(() => !isOpen, { what: 'the end of it' });
});
