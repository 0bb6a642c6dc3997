// Tests with data that other programs compressed, and with data made to do harm.
import { randomBytes } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import kafkajs from 'kafkajs';
import { useCodecs, decompressedLimitBytes, type Codec } from './codecs.ts';
import { unlz4 } from './lz4.ts';
import { unsnappy } from './snappy.ts';

const limit = 1_000_000;
const text = Array.from({ length: 12 }, (_, i) => `{"order_id":"${i}","status":"PAID"}\n`).join('');

/** Frames that were made by the command lz4 1.10. */
const lz4Frames: [string, string][] = [
  [
    'blocks that stand alone, the size told',
    'BCJNGGRAp2AAAAD5Ensib3JkZXJfaWQiOiIwIiwic3RhdHVzIjoiUEFJRCJ9CiEAHzEhAA0fMiEADR8zIQANHzQhAA0fNSEA' +
      'DR82IQANHzchAA0fOCEADR85IQANHzFLAQ8LTAFQSUQifQoAAAAAUR+Y2g==',
  ],
  [
    'blocks that refer to those before them',
    'BCJNGERAXiAAAIB7Im9yZGVyX2lkIjoiMCIsInN0YXR1cyI6IlBBSUQifQ4AAAAZCiEAGDEhAFBQQUlEIg4AAAAafSEAFzIh' +
      'AFAiUEFJRA4AAAAbIiEAFjMhAFA6IlBBSQ4AAAAcRCEAFTQhAFAiOiJQQQ4AAAAdSSEAFDUhAFBzIjoiUA4AAAAeQSEAEzYh' +
      'AFB1cyI6IhIAAAAfUCEAAMA3Iiwic3RhdHVzIjoRAAAAHyIhAAGwOCIsInN0YXR1cyIQAAAAHzohAAKgOSIsInN0YXR1cw8A' +
      'AAAfIiEAA5AxMCIsInN0YXQNAAAAL3VzIgAFYDEiLCJzdAsAAAAjYXQiAFBJRCJ9CgAAAABRH5ja',
  ],
  [
    'a checksum after each block',
    'BCJNGFBAwC8AAAD5Ensib3JkZXJfaWQiOiIwIiwic3RhdHVzIjoiUEFJRCJ9CiEAGDEhAFBQQUlEIkGJLMISAAAACyEAHzIh' +
      'AA0WMyEAUDoiUEFJTnCkAxQAAAArRCJCAB80IQANFDUhAFBzIjoiUNwCwlQXAAAALUFJQgAfNiEADcA3Iiwic3RhdHVzIjqI' +
      'mJB5FgAAAC8iUEIAAB84QgANoDkiLCJzdGF0dXMX4LSZFAAAAC8iOkIAAi8xMEMADXAxMSIsInN06KWBZA4AAIBhdHVzIjoi' +
      'UEFJRCJ9CnHrLHMAAAAA',
  ],
];

test.each(lz4Frames)('an LZ4 frame with %s is read', (_, base64) => {
  const frame = Buffer.from(base64, 'base64');
  expect(unlz4(frame, limit).toString()).toBe(text);
  expect(unlz4(Buffer.concat([frame, frame]), limit).toString()).toBe(text + text);
});

const block = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)));
// The block has the size, a literal of 3 bytes, and one copy of each kind, each from 3 bytes before.
const snappyBlock = block(
  [21, 2 << 2],
  'abc',
  [(5 << 2) | 1, 3],
  [(4 << 2) | 2, 3, 0],
  [(3 << 2) | 3, 3, 0, 0, 0],
);
const unsnapped = 'abcabcabcabcabcabcabc';
const xerialHeader = block([0x82], 'SNAPPY', [0, 0, 0, 0, 1, 0, 0, 0, 1]);
const framed = (...blocks: Buffer[]): Buffer =>
  Buffer.concat([
    xerialHeader,
    ...blocks.flatMap((each) => {
      const size = Buffer.alloc(4);
      size.writeInt32BE(each.length);
      return [size, each];
    }),
  ]);

test('snappy is read as a raw block and in the frames of xerial', () => {
  expect(unsnappy(snappyBlock, limit).toString()).toBe(unsnapped);
  expect(unsnappy(framed(snappyBlock, snappyBlock), limit).toString()).toBe(unsnapped.repeat(2));
  const streams = Buffer.concat([framed(snappyBlock), framed(snappyBlock)]);
  expect(unsnappy(streams, limit).toString()).toBe(unsnapped.repeat(2));
  const long = 'x'.repeat(70_000);
  expect(unsnappy(block([0xf0, 0xa2, 4, 62 << 2, 0x6f, 0x11, 1], long), limit).toString()).toBe(
    long,
  );
});

test.each([
  ['ends in a literal', block([9, 8 << 2], 'abc')],
  ['refers to before its beginning', block([9, 0], 'a', [1, 2])],
  ['refers to nothing before', block([9, 0], 'a', [1, 0])],
  // Decoders with signed 32-bit numbers loop for ever on this one.
  ['has a literal of 4 GB', block([9, 63 << 2, 0xf0, 0xff, 0xff, 0xff], 'abc')],
  ['holds less than it tells', block([9, 0], 'a')],
  ['holds more than it tells', block([1, 1 << 2], 'ab')],
  ['tells no size', block([0xff, 0xff, 0xff, 0xff, 0xff, 0xff])],
  ['is a frame that is cut', framed(snappyBlock).subarray(0, -3)],
])('snappy that %s is refused', (_, bytes) => {
  expect(() => unsnappy(bytes, limit)).toThrow(/^it /);
});

const frameOf = (blocks: number[]): Buffer =>
  block([4, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82], blocks);

test.each([
  ['is none', Buffer.from('not a frame at all')],
  ['is cut', Buffer.from(lz4Frames[1]![1], 'base64').subarray(0, -30)],
  ['needs a dictionary', block([4, 0x22, 0x4d, 0x18, 0x61, 0x40, 0, 0, 0, 0, 0x82])],
  ['is of another version', block([4, 0x22, 0x4d, 0x18, 0xa0, 0x40, 0x82])],
  ['refers to before its beginning', frameOf([5, 0, 0, 0, 0x10, 97, 9, 0, 0, 0, 0, 0, 0])],
  ['refers to nothing before', frameOf([5, 0, 0, 0, 0x10, 97, 0, 0, 0, 0, 0, 0, 0])],
])('an LZ4 frame that %s is refused', (_, bytes) => {
  expect(() => unlz4(bytes, limit)).toThrow(/^it /);
});

const { CompressionCodecs: codecs } = kafkajs;
const codec = (name: 'GZIP' | 'Snappy' | 'LZ4' | 'ZSTD'): Codec => {
  useCodecs();
  const { GZIP, Snappy, LZ4, ZSTD } = kafkajs.CompressionTypes;
  const used = { GZIP: codecs[GZIP], Snappy: codecs[Snappy], LZ4: codecs[LZ4], ZSTD: codecs[ZSTD] };
  return used[name]() as Codec;
};

describe('a bomb is refused before it takes the memory', () => {
  const zeros = Buffer.alloc(decompressedLimitBytes + 1);
  const lz4Bomb = (): Buffer => {
    // The content is one zero, which each further byte repeats 255 times.
    const repeats = Buffer.alloc(decompressedLimitBytes / 255 + 1, 255);
    const content = block([0x1f, 0, 1, 0], [...repeats], [0]);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(content.length);
    return Buffer.concat([frameOf([]), size, content, Buffer.alloc(4)]);
  };
  const snappyBomb = block([0xff, 0xff, 0xff, 0xff, 0x0f, 0], 'a');

  test.each([
    ['GZIP', gzipSync(zeros)],
    ['ZSTD', zstdCompressSync(zeros)],
    ['LZ4', lz4Bomb()],
    ['Snappy', snappyBomb],
  ] as const)('%s', async (name, bomb) => {
    await expect(codec(name).decompress(bomb)).rejects.toThrow(/67108864|larger than/);
  });
});

test.each(['GZIP', 'Snappy', 'LZ4', 'ZSTD'] as const)('%s: garbage is refused', async (name) => {
  for (let length = 1; length < 300; length += 1) {
    const outcome = await codec(name)
      .decompress(randomBytes(length))
      .then(String, () => 'refused');
    expect(outcome.length).toBeLessThan(100_000);
  }
});
