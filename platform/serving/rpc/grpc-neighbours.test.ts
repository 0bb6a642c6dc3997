import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { callGrpc } from '../../../testing/grpc-call.ts';
import {
  callHeaders,
  headersFrames,
  messageFrame,
  openH2Connection,
  type H2Connection,
} from '../../../testing/h2-connection.ts';
import { frame, headerBlock } from '../../../testing/h2-frames.ts';
import { startRpcFixture, type RpcFixture } from '../../../testing/rpc-fixture.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import type { RpcContext } from './context.ts';

const stocksInfo = '/loms.v1.LomsService/StocksInfo';
const watchOrder = '/loms.v1.LomsService/WatchOrder';
const body = Uint8Array.of(8, 1);
const unused = () => Promise.reject(new Error('unused'));

let fixture: RpcFixture;
/** Has the stream under test send once more. */
let wake = (): void => undefined;

const watch = async function* (_request: unknown, { signal }: RpcContext) {
  while (!signal.aborted) {
    yield {};
    await new Promise<void>((resolve) => {
      wake = resolve;
      signal.addEventListener('abort', () => resolve());
    });
  }
};

beforeAll(async () => {
  const calls = { orderCreate: unused, orderInfo: unused, orderPay: unused, orderCancel: unused };
  const stocks = () => Promise.resolve({ count: 7n });
  const all = { ...calls, stocksInfo: stocks, watchOrder: watch };
  fixture = await startRpcFixture(LomsService, all);
});
afterAll(() => fixture.close());

type Header = readonly [string, string];

const call = (stream: number, more: Header[], path = stocksInfo): Uint8Array[] => [
  headersFrames(stream, callHeaders(path, more)),
  messageFrame(stream, body),
];
const headersOnly = (stream: number, headers: Header[]): Uint8Array[] => [
  headersFrames(stream, headerBlock(headers), 1),
];
const many = (count: number, bytes: number): Header[] =>
  Array.from({ length: count }, (_, at) => [`x-${at}`, 'y'.repeat(bytes)]);
const some = (stream: number, count: number, each: (stream: number) => Uint8Array[]) =>
  Array.from({ length: count }, (_, at) => each(stream + 2 * at)).flat();
const post: Header[] = [
  [':method', 'POST'],
  [':scheme', 'http'],
  [':authority', 'a'],
];
const cancel = Buffer.from([0, 0, 0, 8]);
const raw = (...bytes: number[]) => Buffer.from(bytes);

const badCalls: Record<string, (stream: number) => Uint8Array[]> = {
  'a method that is not there': (s) => call(s, [], '/x/y'),
  'sixty such calls with large messages that never end': (s) =>
    some(s, 60, (one) => [
      headersFrames(one, callHeaders('/x/y')),
      messageFrame(one, Buffer.alloc(16_000), 0),
    ]),
  'sixty refused calls with large messages that never end': (s) =>
    some(s, 60, (one) => [
      headersFrames(one, callHeaders(stocksInfo, [['grpc-timeout', 'x']])),
      messageFrame(one, Buffer.alloc(16_000), 0),
    ]),
  'no content type': (s) => headersOnly(s, [...post, [':path', stocksInfo]]),
  'another content type': (s) =>
    headersOnly(s, [...post, [':path', stocksInfo], ['content-type', 'text/plain']]),
  'no path': (s) => headersOnly(s, post),
  'an empty path': (s) => headersOnly(s, [...post, [':path', '']]),
  'two paths': (s) => headersOnly(s, [...post, [':path', '/a'], [':path', '/b']]),
  'an unknown pseudo-header': (s) => headersOnly(s, [...post, [':path', '/a'], [':x', 'y']]),
  'a name in upper case': (s) => call(s, [['Upper', 'x']]),
  'a header of HTTP/1': (s) => call(s, [['connection', 'close']]),
  'a header that is not ASCII': (s) => call(s, [['x', '\xff\xfe']]),
  'a control character': (s) => call(s, [['x', 'a\x01']]),
  'a wrong content-length': (s) => call(s, [['content-length', '100']]),
  'a malformed time-out': (s) => call(s, [['grpc-timeout', '-1S']]),
  'headers twice': (s) => [...call(s, []).slice(0, 1), ...call(s, []).slice(0, 1)],
  'a message that is too large': (s) => [
    headersFrames(s, callHeaders(stocksInfo)),
    frame(0, { stream: s, payload: raw(0, 0x7f, 255, 255, 255, 1) }),
  ],
  'a message that is no gzip': (s) => [
    headersFrames(s, callHeaders(stocksInfo, [['grpc-encoding', 'gzip']])),
    frame(0, { stream: s, flags: 1, payload: raw(1, 0, 0, 0, 2, 8, 1) }),
  ],
  'a message that is cut off': (s) => [
    headersFrames(s, callHeaders(stocksInfo)),
    frame(0, { stream: s, flags: 1, payload: raw(0, 0, 0, 0, 9, 8) }),
  ],
  'no message': (s) => [headersFrames(s, callHeaders(stocksInfo), 1)],
  'two messages': (s) => [
    headersFrames(s, callHeaders(stocksInfo)),
    messageFrame(s, body, 0),
    messageFrame(s, body),
  ],
  'two hundred malformed calls': (s) => some(s, 200, (one) => call(one, [['Upper', 'x']])),
  'two hundred calls that are cancelled': (s) =>
    some(s, 200, (one) => [...call(one, []), frame(3, { stream: one, payload: cancel })]).concat(
      call(s + 400, [['Upper', 'x']]),
    ),
  '101 headers': (s) => call(s, many(101, 1)),
  '3,000 headers': (s) => call(s, many(3_000, 1)),
  'headers of 20 KB': (s) => call(s, many(20, 1_000)),
  'headers of 100 KB': (s) => call(s, many(20, 5_000)),
  'one header of 64 KB': (s) => call(s, [['x', 'y'.repeat(65_000)]]),
  'two headers of 60 KB': (s) => call(s, many(2, 60_000)),
};

describe('a stream on the same connection goes on beside', () => {
  let connection: H2Connection;
  let next = 3;
  const received = () => connection.stream(1).data.length;

  beforeAll(async () => {
    connection = await openH2Connection(fixture.grpc.port);
    connection.send(...call(1, [], watchOrder));
    await waitFor(() => received() > 0, { what: 'the first message of the stream' });
  });
  afterAll(() => connection.close());

  const isAnswered = (id: number): boolean => {
    const { isEnded, reset } = connection.stream(id);
    return isEnded || reset !== undefined || connection.end() !== undefined;
  };

  test.each(Object.entries(badCalls))('%s', async (_what, make) => {
    const id = next;
    next += 1_000;
    connection.send(...make(id));
    const last = _what === 'two hundred calls that are cancelled' ? id + 400 : id;
    await waitFor(() => isAnswered(last), { what: 'an answer to the bad call' });
    const before = received();
    wake();
    connection.send(...call(id + 900, []));
    await waitFor(() => isAnswered(id + 900), { what: 'an answer to the call after it' });
    expect(connection.end()).toBeUndefined();
    expect(connection.stream(id + 900).data).toHaveLength(7);
    await waitFor(() => received() > before, { what: 'the next message of the stream' });
  });
});

describe('the headers of a call', () => {
  const sizes: [string, Record<string, string>, object][] = [
    ['100', Object.fromEntries(many(98, 20)), { code: 0 }],
    ['16 KiB', { x: 'y'.repeat(15_900) }, { code: 0 }],
    [
      'more than 100',
      Object.fromEntries(many(99, 20)),
      { code: 8, reason: 'too-many-headers', message: 'The request has more than 100 headers.' },
    ],
    [
      'more than 16 KiB',
      { x: 'y'.repeat(16_384) },
      {
        code: 8,
        reason: 'headers-too-large',
        message: 'The request has more than 16384 bytes of headers.',
      },
    ],
  ];
  test.each(sizes)('%s', async (_size, headers, answer) => {
    const { port } = fixture.grpc;
    expect(await callGrpc(port, { path: stocksInfo, headers, message: body })).toMatchObject(
      answer,
    );
  });

  test('of more than 64 KiB reset the stream', async () => {
    const { port } = fixture.grpc;
    const headers = { a: 'y'.repeat(40_000), b: 'y'.repeat(40_000) };
    const enhanceYourCalm = 11;
    const connection = await openH2Connection(port);
    connection.send(...call(1, Object.entries(headers)));
    await waitFor(() => connection.stream(1).reset !== undefined, { what: 'the reset' });
    expect(connection.stream(1).reset).toBe(enhanceYourCalm);
    connection.close();
  });
});
