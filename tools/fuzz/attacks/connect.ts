import * as fc from 'fast-check';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { defineAttack } from '../attack.ts';
import { callHttp } from '../http-call.ts';
import { jsonBytes, protoBytes } from '../payloads.ts';

const service = '/loms.v1.LomsService';
const methods = [
  'OrderCreate',
  'OrderInfo',
  'OrderPay',
  'OrderCancel',
  'StocksInfo',
  'Nothing',
  '',
];
const types = [
  'application/proto',
  'application/json',
  'application/connect+proto',
  'application/connect+json',
  'application/grpc-web',
  'application/grpc-web+proto',
  'application/grpc-web+json',
  'application/grpc-web-text',
  'application/grpc',
  'application/grpc+proto',
  'text/html',
];
const compressors = {
  none: (bytes: Uint8Array) => bytes,
  gzip: gzipSync,
  // The fastest quality: the attacker must not take the CPU from the valid calls alongside.
  br: (bytes: Uint8Array) =>
    brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
  deflate: deflateSync,
  bomb: () => bomb,
};
type Compressor = keyof typeof compressors;

// 64 MiB of zeros, compressed to 64 KiB
const bomb = gzipSync(Buffer.alloc(67_108_864));

const envelope = (flags: number, bytes: Uint8Array, lie: number): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt8(flags);
  head.writeUInt32BE((bytes.length + lie) >>> 0, 1);
  return Buffer.concat([head, bytes]);
};

const timeouts = ['1', '0', '-1', '9999999999', '99999999999999', 'x', ''];

/** Sends Connect and gRPC-Web requests whose types, encodings, envelopes and versions contradict each other. */
export const connectBodies = defineAttack({
  name: 'Connect and gRPC-Web bodies',
  input: fc.record({
    method: fc.constantFrom('POST', 'POST', 'POST', 'POST', 'GET', 'PUT'),
    rpc: fc.constantFrom(...methods),
    query: fc.constantFrom(
      '',
      '',
      '',
      '?connect=v1&encoding=json&message=%7B%7D',
      '?encoding=proto&base64=1',
    ),
    type: fc.constantFrom(...types),
    said: fc.constantFrom('', '', 'identity', 'gzip', 'br', 'deflate', 'zstd'),
    done: fc.constantFrom<Compressor[]>('none', 'none', 'none', 'gzip', 'br', 'deflate', 'bomb'),
    timeout: fc.option(fc.constantFrom(...timeouts)),
    isEnveloped: fc.boolean(),
    flags: fc.constantFrom(0, 0, 0, 1, 2, 3, 128, 255),
    lie: fc.constantFrom(0, 0, 0, 1, -1, 1_000_000, 0x7fff_ffff),
    body: fc.oneof(jsonBytes, protoBytes),
  }),
  strike: ({ httpPort: port }, input) => {
    const bytes = compressors[input.done](input.body);
    const { type, said, timeout } = input;
    return callHttp({
      port,
      method: input.method,
      path: `${service}/${input.rpc}${input.query}`,
      headers: {
        'content-type': type,
        ...(said !== '' && {
          'content-encoding': said,
          'connect-content-encoding': said,
          'grpc-encoding': said,
        }),
        ...(timeout !== null && { 'connect-timeout-ms': timeout, 'grpc-timeout': timeout }),
        'connect-protocol-version': '1',
      },
      body: input.isEnveloped ? envelope(input.flags, bytes, input.lie) : bytes,
    });
  },
});
