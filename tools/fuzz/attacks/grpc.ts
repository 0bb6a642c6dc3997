import * as fc from 'fast-check';
import { connect, type OutgoingHttpHeaders } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { Code } from '#gen/google/rpc/code_pb.ts';
import { defineAttack, noAnswer, type Answer } from '../attack.ts';
import { jsonBytes, protoBytes } from '../payloads.ts';

const service = '/loms.v1.LomsService';
const rpcs = ['OrderCreate', 'OrderCreate', 'OrderInfo', 'OrderPay', 'OrderCancel', 'StocksInfo'];
const others = ['/', '', '/x', '/loms.v1.LomsService/', '/grpc.health.v1.Health/Check'];
const watch = `${service}/WatchOrder`;
const reflection = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';

const limitMs = 15_000;

export interface GrpcCall {
  port: number;
  headers: OutgoingHttpHeaders;
  chunks: readonly Uint8Array[];
  then: 'end' | 'reset' | 'half';
}

/** Makes one call on a connection of its own. With `half`, the client never ends the request, and gives up soon. */
export const callGrpc = ({ port, headers, chunks, then }: GrpcCall): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const session = connect(`http://127.0.0.1:${port}`);
    const finish = (answer: Answer) => {
      clearTimeout(timer);
      session.destroy();
      resolve(answer);
    };
    const giveUp = () => {
      if (then !== 'end') finish(noAnswer);
      else {
        session.destroy();
        reject(new Error(`${String(headers[':path'])} had no answer after ${limitMs} ms`));
      }
    };
    const timer = setTimeout(giveUp, then === 'end' ? limitMs : 200);
    session.on('error', () => finish(noAnswer));
    let answer = noAnswer;
    const hear = (heard: Record<string, unknown>) => (answer = answerOf(heard, answer));
    try {
      const stream = session.request({ ':method': 'POST', ...headers });
      stream
        .on('response', hear)
        .on('trailers', hear)
        .on('data', () => undefined);
      stream.on('error', () => undefined).on('close', () => finish(answer));
      for (const chunk of chunks) stream.write(chunk);
      if (then === 'end') stream.end();
      if (then === 'reset') stream.close(8);
    } catch {
      finish(noAnswer); // our own side refused to send it
    }
  });

const answerOf = (heard: Record<string, unknown>, before: Answer): Answer => {
  const number = heard['grpc-status'];
  const message = heard['grpc-message'];
  const text = typeof message === 'string' ? message : '';
  if (typeof number === 'string') return { status: nameOf(Number(number)), text };
  const status = Number(heard[':status'] ?? 0);
  return status === 200 ? before : { status, text };
};

const nameOf = (code: number): string =>
  Object.entries(Code).find(([, number]) => number === code)?.[0] ?? `code ${code}`;

/** Frames a message; `lie` is added to the length that is announced. */
export const messageOf = (flags: number, bytes: Uint8Array, lie: number): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt8(flags);
  head.writeUInt32BE((bytes.length + lie) >>> 0, 1);
  return Buffer.concat([head, bytes]);
};

const contentTypes = [
  'application/grpc',
  'application/grpc+proto',
  'application/grpc+json',
  'x',
  '',
];
const timeouts = ['1n', '0S', '99999999H', '-1S', '5x', '', '1m1', '123456789S'];
const metadataFloods = [0, 0, 0, 0, 0, 100, 127, 500, 3_000];
const encodings = ['', '', '', 'gzip', 'deflate', 'br', 'x'];

/** Sends calls with wrong headers, lengths, compression or messages, and valid ones among them. */
export const grpcCalls = defineAttack({
  name: 'gRPC calls',
  input: fc.record({
    path: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...rpcs).map((rpc) => `${service}/${rpc}`) },
      fc.constantFrom(...others, watch, reflection),
    ),
    type: fc.oneof(
      { weight: 5, arbitrary: fc.constant('application/grpc') },
      fc.constantFrom(...contentTypes),
    ),
    timeout: fc.option(fc.constantFrom(...timeouts)),
    encoding: fc.constantFrom(...encodings),
    isZipped: fc.boolean(),
    flood: fc.constantFrom(...metadataFloods),
    binaryHeader: fc.option(fc.string({ unit: 'grapheme-ascii', maxLength: 20 })),
    flags: fc.constantFrom(0, 0, 0, 0, 1, 2, 255),
    lie: fc.constantFrom(0, 0, 0, 0, 1, -1, 5_000_000, 0x7fff_ffff),
    messages: fc.array(fc.oneof({ weight: 4, arbitrary: protoBytes }, jsonBytes), { maxLength: 3 }),
    then: fc.constantFrom<GrpcCall['then'][]>('end', 'end', 'end', 'reset', 'half'),
  }),
  strike: ({ grpcPort: port }, input) => {
    const headers: OutgoingHttpHeaders = { ':path': input.path, te: 'trailers' };
    if (input.type !== '') headers['content-type'] = input.type;
    if (input.timeout !== null) headers['grpc-timeout'] = input.timeout;
    if (input.encoding !== '') headers['grpc-encoding'] = input.encoding;
    if (input.binaryHeader !== null) headers['x-bin'] = input.binaryHeader;
    for (let at = 0; at < input.flood; at += 1) headers[`x-${at}`] = 'y'.repeat(20);
    const chunks = input.messages.map((bytes) =>
      messageOf(input.flags, input.isZipped ? gzipSync(bytes) : bytes, input.lie),
    );
    // A stream goes on until the client ends it.
    const isStream = input.path === reflection || input.path === watch;
    return callGrpc({ port, headers, chunks, then: isStream ? 'half' : input.then });
  },
});
