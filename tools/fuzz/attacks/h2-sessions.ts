import * as fc from 'fast-check';
import { defineAttack } from '../attack.ts';
import { protoBytes } from '../payloads.ts';
import { callRaw } from '../raw-call.ts';
import { callHeaders } from '../../../testing/h2-connection.ts';
import { frame, headerBlock, preface } from '../../../testing/h2-frames.ts';

const paths = [
  '/loms.v1.LomsService/OrderInfo',
  '/loms.v1.LomsService/StocksInfo',
  '/loms.v1.LomsService/WatchOrder',
  '/grpc.health.v1.Health/Watch',
  '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
  '/',
];

const others = fc.array(
  fc.constantFrom<(readonly [string, string])[]>(
    ['grpc-timeout', '1n'],
    ['grpc-timeout', '5m'],
    ['grpc-timeout', '99999999H'],
    ['grpc-encoding', 'gzip'],
    ['idempotency-key', ' k '],
    ['idempotency-key', 'a\u0001'],
    ['x-large', 'y'.repeat(9_000)],
    ['x-bin', 'AA,='],
    ['UPPER', 'x'],
    [':path', '/again'],
    ['content-length', '7'],
    ['connection', 'close'],
  ),
  { maxLength: 3 },
);

const stream = fc.constantFrom(1, 1, 3, 3, 5, 7, 9);
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};
const setting = (id: number, value: number): Buffer =>
  Buffer.concat([Buffer.of(0, id), u32(value)]);
const message = (bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.of(0), u32(bytes.length), bytes.subarray(0, 16_000)]);

const open = fc
  .tuple(stream, fc.constantFrom(...paths), others, fc.boolean(), fc.boolean())
  .map(([id, path, more, isEnd, isSplit]) => {
    const block = callHeaders(path, more);
    const flags = isEnd ? 1 : 0;
    if (!isSplit && block.length <= 16_384)
      return frame(1, { flags: flags | 4, stream: id, payload: block });
    const at = Math.min(40, block.length);
    return Buffer.concat([
      frame(1, { flags, stream: id, payload: block.subarray(0, at) }),
      frame(9, { flags: 4, stream: id, payload: block.subarray(at, at + 16_384) }),
    ]);
  });

const step = fc.oneof(
  { weight: 6, arbitrary: open },
  {
    weight: 4,
    arbitrary: fc
      .tuple(stream, protoBytes, fc.boolean())
      .map(([id, bytes, isEnd]) =>
        frame(0, { flags: isEnd ? 1 : 0, stream: id, payload: message(bytes) }),
      ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(stream, fc.constantFrom(0, 1, 5, 7, 8, 11, 99))
      .map(([id, code]) => frame(3, { stream: id, payload: u32(code) })),
  },
  {
    weight: 2,
    arbitrary: fc
      .array(
        fc.tuple(
          fc.constantFrom(1, 2, 3, 4, 5, 6, 8, 9),
          fc.constantFrom(0, 1, 2, 16_384, 65_535, 0x7fff_ffff),
        ),
        {
          maxLength: 4,
        },
      )
      .map((all) =>
        frame(4, { payload: Buffer.concat(all.map(([id, value]) => setting(id, value))) }),
      ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(0, 1, 3, 5), fc.constantFrom(0, 1, 65_535, 0x7fff_ffff))
      .map(([id, size]) => frame(8, { stream: id, payload: u32(size) })),
  },
  fc
    .tuple(stream, stream, fc.nat(255))
    .map(([id, on, weight]) =>
      frame(2, { stream: id, payload: Buffer.concat([u32(on), Buffer.of(weight)]) }),
    ),
  fc.constantFrom(
    frame(4, { flags: 1 }),
    frame(6, { payload: Buffer.alloc(8) }),
    frame(6, { flags: 1, payload: Buffer.alloc(8) }),
    frame(7, { payload: Buffer.concat([u32(1), u32(0)]) }),
    frame(7, { payload: Buffer.concat([u32(0x7fff_ffff), u32(11), Buffer.from('bye')]) }),
  ),
  // trailers, which gRPC clients never send
  stream.map((id) =>
    frame(1, { flags: 5, stream: id, payload: headerBlock([['x-trailer', 'y']]) }),
  ),
);

/** Sends valid frames in an order and with a timing that no real client has. */
export const h2Sessions = defineAttack({
  name: 'HTTP/2 sessions',
  input: fc.record({
    steps: fc.array(step, { minLength: 2, maxLength: 25 }),
    /** The positions at which the bytes are split into separate writes. */
    cuts: fc.array(fc.nat(40_000), { maxLength: 6 }),
    then: fc.constantFrom('wait', 'end', 'cut'),
  }),
  strike: ({ grpcPort: port }, { steps, cuts, then }) => {
    const bytes = Buffer.concat([preface, ...steps]);
    const places = [0, ...cuts.filter((at) => at < bytes.length).toSorted((a, b) => a - b)];
    const chunks = places.map((at, index) => bytes.subarray(at, places[index + 1]));
    return callRaw({ port, chunks, then });
  },
});
