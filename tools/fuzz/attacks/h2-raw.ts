import * as fc from 'fast-check';
import { defineAttack } from '../attack.ts';
import { callRaw } from '../raw-call.ts';
import { frame, preface, toBytes } from '../../../testing/h2-frames.ts';

const settings = frame(4);
const anyFrame = fc
  .record({
    type: fc.nat(12),
    flags: fc.nat(255),
    stream: fc.constantFrom(0, 1, 1, 3, 5, 2, 0x7fff_ffff, 0x8000_0001),
    lie: fc.constantFrom(0, 0, 0, 0, 1, -1, 70_000),
    payload: fc.uint8Array({ maxLength: 100 }),
  })
  .map(toBytes);

/** Sends HTTP/2 frames that are invalid by themselves or in combination. */
export const h2Frames = defineAttack({
  name: 'HTTP/2 frames',
  input: fc.record({
    frames: fc.array(anyFrame, { minLength: 1, maxLength: 20 }),
    then: fc.constantFrom('wait', 'end', 'cut'),
  }),
  strike: ({ grpcPort: port }, { frames, then }) =>
    callRaw({ port, chunks: [preface, ...frames], then }),
});

// `:method: POST`, `:scheme: http`, `:path: /`, by their indices in HPACK's static table
const head = Buffer.from([0x83, 0x86, 0x84]);
const floods: Record<string, (n: number) => Buffer[]> = {
  pings: (n) => Array.from({ length: n }, () => frame(6, { payload: Buffer.alloc(8) })),
  settings: (n) => Array.from({ length: n }, () => settings),
  'empty data': (n) => [
    frame(1, { flags: 4, stream: 1, payload: head }),
    ...Array.from({ length: n }, () => frame(0, { stream: 1 })),
  ],
  continuations: (n) => [
    frame(1, { stream: 1, payload: head }),
    ...Array.from({ length: n }, () => frame(9, { stream: 1, payload: Buffer.alloc(1_000) })),
  ],
  resets: (n) =>
    Array.from({ length: n }, (_, at) => {
      const stream = 2 * at + 1;
      const open = frame(1, { flags: 4, stream, payload: head });
      return Buffer.concat([open, frame(3, { stream, payload: Buffer.from([0, 0, 0, 8]) })]);
    }),
  'open streams': (n) =>
    Array.from({ length: n }, (_, at) => frame(1, { flags: 4, stream: 2 * at + 1, payload: head })),
  'window updates': (n) =>
    Array.from({ length: n }, () => frame(8, { payload: Buffer.from([0x7f, 255, 255, 255]) })),
};

/** Sends floods of frames that are each valid. */
export const h2Floods = defineAttack({
  name: 'HTTP/2 floods',
  input: fc.record({
    flood: fc.constantFrom(...Object.keys(floods)),
    count: fc.constantFrom(10, 1_000, 5_000),
    then: fc.constantFrom('wait', 'end', 'cut'),
  }),
  strike: ({ grpcPort: port }, { flood, count, then }) => {
    const frames = floods[flood]?.(count) ?? [];
    return callRaw({ port, chunks: [preface, Buffer.concat(frames)], then });
  },
});
