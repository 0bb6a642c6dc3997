import * as fc from 'fast-check';
import { defineAttack } from '../attack.ts';
import { callRaw } from '../raw-call.ts';

const line = fc.oneof(
  fc.constantFrom(
    'GET /order/info?order_id=1 HTTP/1.1',
    'POST /order/create HTTP/1.1',
    'POST /loms.v1.LomsService/StocksInfo HTTP/1.1',
    'POST /loms.v1.LomsService/StocksInfo HTTP/1.0',
    'GET /metrics HTTP/1.0',
    'GET http://a:b@[/ HTTP/1.1',
    'POST //loms.v1.LomsService/StocksInfo HTTP/1.1',
    'OPTIONS * HTTP/1.1',
    'CONNECT loms:443 HTTP/1.1',
    'PRI * HTTP/2.0',
    'GET / HTTP/9.9',
    'GET /order/info?order_id=\u0000 HTTP/1.1',
    'GET',
  ),
  fc.string({ unit: 'binary-ascii', maxLength: 60 }),
);
const header = fc.oneof(
  fc.constantFrom(
    'host: a',
    'host: [',
    'host: a b',
    'host: ../..',
    'host: ',
    'host: %00',
    'content-type: application/json',
    'content-type: application/proto',
    'content-length: 10',
    'content-length: 0',
    'content-length: 99999999999999999999',
    'content-length: -1',
    'transfer-encoding: chunked',
    'transfer-encoding: gzip, chunked',
    'transfer-encoding: x',
    'expect: 100-continue',
    'expect: x',
    'connection: upgrade',
    'connection: close',
    'upgrade: h2c',
    'upgrade: websocket',
    'traceparent: 00-00000000000000000000000000000000-0000000000000000-00',
    ': x',
    ' folded',
    'a:',
  ),
  fc.string({ unit: 'binary-ascii', maxLength: 40 }),
);
const body = fc.constantFrom(
  '',
  '{}',
  '5\r\n{"a":\r\n0\r\n\r\n',
  'zz\r\n',
  'ffffffffffffffff\r\n',
  '\0\0',
);
const floods = [0, 0, 0, 0, 0, 0, 200, 3_000, 20_000];

const toChunks = (text: string, cuts: readonly number[]): Buffer[] => {
  const bytes = Buffer.from(text, 'latin1');
  const at = cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b);
  return [0, ...at].map((from, index) => bytes.subarray(from, at[index] ?? bytes.length));
};

/**
 * Sends hand-written HTTP/1: invalid lines, contradictory headers, floods of headers, and requests that stop in the
 * middle.
 */
export const rawHttp = defineAttack({
  name: 'HTTP/1 by hand',
  input: fc.record({
    line,
    headers: fc.array(header, { maxLength: 8 }),
    flood: fc.constantFrom(...floods),
    body,
    times: fc.constantFrom(1, 1, 1, 50),
    cuts: fc.array(fc.nat(), { maxLength: 3 }),
    then: fc.constantFrom('wait', 'wait', 'end', 'cut'),
  }),
  strike: ({ httpPort: port }, input) => {
    const flood = Array.from({ length: input.flood }, (_, n) => `x-${n}: ${n}`);
    const head = [input.line, ...input.headers, ...flood].join('\r\n');
    const text = `${head}\r\n\r\n${input.body}`.repeat(input.flood > 0 ? 1 : input.times);
    return callRaw({ port, chunks: toChunks(text, input.cuts), then: input.then });
  },
});

/** Sends bytes of no protocol at all to either server. */
export const rawBytes = defineAttack({
  name: 'bytes',
  input: fc.record({
    isGrpc: fc.boolean(),
    bytes: fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }),
    then: fc.constantFrom('wait', 'end', 'cut'),
  }),
  strike: ({ httpPort, grpcPort }, { isGrpc, bytes, then }) =>
    callRaw({ port: isGrpc ? grpcPort : httpPort, chunks: bytes, then }),
});
