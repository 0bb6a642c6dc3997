// Each way in which the body of a request can end, stall, grow or be cut, on each protocol of the HTTP server.
import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { HttpLimits } from './limits.ts';
import { bodyRequests, unreadRequests, type BodyRequest } from '../../../testing/body-requests.ts';
import { openRawHttp, type RawHttp } from '../../../testing/raw-http.ts';
import { startRpcFixture, type RpcFixture } from '../../../testing/rpc-fixture.ts';

const limit = 1_048_576;
const all = [...bodyRequests, ...unreadRequests];

let fixture: RpcFixture;
let created = 0;
const opened: RawHttp[] = [];

const start = async (limits: Partial<HttpLimits> = {}): Promise<void> => {
  created = 0;
  fixture = await startRpcFixture(
    LomsService,
    {
      orderCreate: () => Promise.resolve({ orderId: BigInt((created += 1)) }),
      orderInfo: () => Promise.resolve({ status: 'new' }),
      orderPay: () => Promise.resolve({}),
      orderCancel: () => Promise.resolve({}),
      stocksInfo: () => Promise.resolve({}),
      async *watchOrder() {
        yield await Promise.resolve({ orderId: 1n, status: 'new' });
      },
    },
    { limits, drainTimeoutMs: 600_000 },
  );
};
// It waits for every connection that the server has not let go of.
afterEach(() => fixture.close());
afterEach(() => {
  for (const { socket } of opened.splice(0)) socket.destroy();
});

const open = (): RawHttp => {
  const raw = openRawHttp(fixture.http.port);
  opened.push(raw);
  return raw;
};

const chunk = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
const chunked = (body: Buffer): Buffer => {
  const half = Math.floor(body.length / 2);
  const pieces = [chunk(body.subarray(0, half)), chunk(body.subarray(half))];
  return Buffer.concat([...pieces, Buffer.from('0\r\n\r\n')]);
};
const withLength = (bytes: number) => `content-length: ${bytes}\r\n`;
const inChunks = 'transfer-encoding: chunked\r\n';
const expecting = 'expect: 100-continue\r\n';

/** Both framings of a request with this body. */
const framed = (head: string, body: Buffer): Buffer[] => [
  Buffer.concat([Buffer.from(`${head}${withLength(body.length)}\r\n`), body]),
  Buffer.concat([Buffer.from(`${head}${inChunks}\r\n`), chunked(body)]),
];

/** What each is answered, in the same words for all of them. */
const outcomes = async (
  requests: readonly BodyRequest[],
  ask: (request: BodyRequest) => Promise<string | string[]>,
): Promise<Record<string, string>> => {
  const entries = requests.map(async (request): Promise<[string, string]> => {
    const answers = [await ask(request)].flat().map((text) => {
      const kind = request.tooLarge.test(text) ? 'refused' : text.slice(0, 200) || 'nothing';
      return /^connection: close\r\n/im.test(text) ? `${kind}, closed` : kind;
    });
    return [request.name, [...new Set(answers)].join('; ')];
  });
  return Object.fromEntries(await Promise.all(entries));
};
const each = (requests: readonly BodyRequest[], outcome: string) =>
  Object.fromEntries(requests.map(({ name }) => [name, outcome]));

const send = (bytes: string | Buffer): Promise<string> => {
  const raw = open();
  raw.write(bytes);
  return raw.untilClosed();
};

test('a message of just the largest size is read, however it is framed', async () => {
  await start();
  for (const { head, body, fine } of bodyRequests) {
    for (const bytes of framed(`${head}connection: close\r\n`, body(limit)))
      expect(await send(bytes)).toMatch(fine);
  }
});

describe('a body that is too large is refused at once, and the connection ended', () => {
  beforeEach(() => start());

  test('when it is sent whole', async () => {
    const ask = ({ head, body }: BodyRequest) =>
      Promise.all(framed(head, body(limit + 51_424)).map(send));
    expect(await outcomes(all, ask)).toEqual(each(all, 'refused, closed'));
  });

  test('when it is many times as large', async () => {
    const ask = ({ head, body }: BodyRequest) =>
      Promise.all(framed(head, body(5 * limit)).map(send));
    expect(await outcomes(all, ask)).toEqual(each(all, 'refused, closed'));
  });

  test('when its length is stated and hardly anything of it comes', async () => {
    const ask = ({ head }: BodyRequest) => send(`${head}${withLength(10 * 2 ** 30)}\r\n{`);
    expect(await outcomes(all, ask)).toEqual(each(all, 'refused, closed'));
  });

  test('when it grows too large and then stalls', async () => {
    const ask = ({ head, body }: BodyRequest) =>
      send(Buffer.concat([Buffer.from(`${head}${inChunks}\r\n`), chunk(body(limit + 4_096))]));
    expect(await outcomes(all, ask)).toEqual(each(all, 'refused, closed'));
  });

  test('when it never ends', async () => {
    const ask = async ({ head }: BodyRequest) => {
      const raw = open();
      raw.write(`${head}${inChunks}\r\n`);
      const more = chunk(Buffer.alloc(65_536, ' '));
      const push = () => {
        while (!raw.isClosed() && raw.socket.writable && raw.socket.write(more));
      };
      raw.socket.on('drain', push);
      push();
      return raw.untilClosed();
    };
    expect(await outcomes(all, ask)).toEqual(each(all, 'refused, closed'));
  });

  test('when the client asks first, it is refused before it sends it', async () => {
    const ask = ({ head }: BodyRequest) => send(`${head}${expecting}${withLength(limit + 6)}\r\n`);
    expect(await outcomes(all, ask)).toEqual(each(all, 'refused, closed'));
  });
});

test('who asks first gets 100 Continue where the body is read, and answered at once where it is not', async () => {
  await start();
  for (const { head, body, fine } of bodyRequests) {
    const bytes = body(600);
    const raw = open();
    raw.write(`${head}connection: close\r\n${expecting}${withLength(bytes.length)}\r\n`);
    await raw.until(/^HTTP\/1.1 100 /);
    raw.write(bytes);
    expect((await raw.untilClosed()).replace(/^HTTP\/1.1 100 .*\r\n\r\n/, '')).toMatch(fine);
  }
  const ask = ({ head }: BodyRequest) => send(`${head}${expecting}${withLength(600)}\r\n`);
  expect(await outcomes(unreadRequests, ask)).toEqual(each(unreadRequests, 'refused, closed'));
});

test('a body that stalls is 408 where it is read, and does not hold up an answer that needs none', async () => {
  await start({ headersTimeoutMs: 2_000, requestTimeoutMs: 4_000, checkIntervalMs: 50 });
  const ask = ({ head, body }: BodyRequest) =>
    Promise.all([
      send(Buffer.concat([Buffer.from(`${head}${withLength(900)}\r\n`), body(600)])),
      send(Buffer.concat([Buffer.from(`${head}${inChunks}\r\n`), chunk(body(600))])),
    ]);
  const read = bodyRequests.map((one) => ({ ...one, tooLarge: /^HTTP\/1.1 408 / }));
  const [seen, unread] = await Promise.all([outcomes(read, ask), outcomes(unreadRequests, ask)]);
  expect(seen).toEqual(each(bodyRequests, 'refused, closed'));
  expect(unread).toEqual(each(unreadRequests, 'refused, closed'));
});

test('a client that goes away in the middle leaves nothing behind', async () => {
  await start();
  const whole = all.flatMap(({ head, body }) => framed(head, body(2 * limit)));
  const begun = whole.flatMap((bytes) =>
    [0.2, 0.5, 0.9].map((share) => bytes.subarray(0, Math.floor(bytes.length * share))),
  );
  for (const bytes of begun) {
    const raws = [open(), open()];
    for (const raw of raws) raw.write(bytes);
    raws[0]?.socket.end();
    raws[1]?.socket.resetAndDestroy();
  }
  expect((await fetch(`${fixture.url}/order/info?order_id=1`)).status).toBe(200);
});

test.each([
  ['no number', `${inChunks}\r\nzz\r\n`],
  ['one that is larger than a body can be', `${inChunks}\r\nfffffffffffffffff\r\n`],
  ['two lengths', 'content-length: 1\r\ncontent-length: 2\r\n\r\n{}'],
  ['a length and chunks', `content-length: 1\r\n${inChunks}\r\n1\r\n{\r\n0\r\n\r\n`],
])('a size of a body that is %s is 400', async (_name, rest) => {
  await start();
  for (const { head } of all) expect(await send(head + rest)).toMatch(/^HTTP\/1.1 400 /);
});

test.each(['gzip, chunked', 'chunked, chunked', 'identity', 'x'])(
  'a body in the transfer coding %s is refused',
  async (coding) => {
    await start();
    for (const { head } of all) {
      const answer = await send(`${head}transfer-encoding: ${coding}\r\n\r\n0\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1.1 (400|501) /);
    }
  },
);

describe('what is small when packed and larger than a message otherwise', () => {
  const zeros = Buffer.alloc(64 * limit);
  const packed = { gzip: gzipSync(zeros), br: brotliCompressSync(zeros) };
  const inEnvelope = (bytes: Buffer): Buffer => {
    const head = Buffer.alloc(5, 1);
    head.writeUInt32BE(bytes.length, 1);
    return Buffer.concat([head, bytes]);
  };
  const headerOf = (head: string): string => {
    if (/connect\+/.test(head)) return 'connect-content-encoding';
    return /grpc-web/.test(head) ? 'grpc-encoding' : 'content-encoding';
  };

  test.each(['gzip', 'br'] as const)('is refused, with %s', async (coding) => {
    await start();
    const ask = ({ head }: BodyRequest) => {
      const name = headerOf(head);
      const bytes = name === 'content-encoding' ? packed[coding] : inEnvelope(packed[coding]);
      const packedHead = `${head}connection: close\r\n${name}: ${coding}\r\n`;
      return Promise.all(framed(packedHead, bytes).map(send));
    };
    // REST reads nothing that is packed
    const [rest, restGet, ...others] = bodyRequests;
    const unpacked = { ...rest!, tooLarge: /^HTTP\/1.1 415 / };
    const unwanted = { ...restGet!, tooLarge: restGet!.fine };
    const requests = [unpacked, unwanted, ...others];
    expect(await outcomes(requests, ask)).toEqual(each(requests, 'refused, closed'));
  });
});
