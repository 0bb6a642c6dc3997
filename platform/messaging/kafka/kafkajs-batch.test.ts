// Tests the bytes of a produce request, which patches/kafkajs+2.2.4.patch must not change, and its checksum.
// Each test but those marked "as before" fails without the patch.
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { recordHex, type RecordInput } from '../../../testing/record-hex.ts';

interface Encoded {
  buf: Buffer;
  buffer: Buffer;
}
interface Message extends RecordInput {
  timestamp: number;
}
const load = (path: string): unknown =>
  createRequire(import.meta.url)(`kafkajs/src/protocol/${path}`);
const crc32C = load('recordBatch/crc32C/index.js') as (bytes: Uint8Array) => number;
const produce = load('requests/produce/v7/request.js') as (options: object) => object;
const toRequest = load('request.js') as (options: object) => Promise<Encoded>;

const encode = (batches: Message[][], options: object = {}): Promise<Encoded> => {
  const partitions = batches.map((messages, partition) => ({
    partition,
    firstSequence: 5,
    messages,
  }));
  const request = produce({
    acks: -1,
    timeout: 1_000,
    producerId: 7n,
    producerEpoch: 3,
    topicData: [{ topic: 'tópico', partitions }],
    ...options,
  });
  return toRequest({ correlationId: 9, clientId: 'ç', request });
};

/** Computes the checksum bit by bit, as it is defined. */
const bitwise = (bytes: Uint8Array): number => {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
};

const int = (bytes: number, number: number): string =>
  BigInt.asUintN(bytes * 8, BigInt(number))
    .toString(16)
    .padStart(bytes * 2, '0');
const text = (content: string): string => {
  const bytes = Buffer.from(content);
  return int(2, bytes.length) + bytes.toString('hex');
};
const withSize = (hex: string): string => int(4, hex.length / 2) + hex;

interface Format {
  attributes: number;
  pack: (records: Buffer) => Buffer;
}
const plain: Format = { attributes: 0, pack: (records) => records };

const batchHex = (messages: Message[], { attributes, pack }: Format): string => {
  const first = messages[0]?.timestamp ?? 0;
  const records = messages.map(({ timestamp, ...rest }, offsetDelta) =>
    recordHex({ ...rest, offsetDelta, timestampDelta: timestamp - first }),
  );
  const body =
    int(2, attributes) +
    int(4, messages.length - 1) +
    int(8, first) +
    int(8, messages.at(-1)?.timestamp ?? 0) +
    int(8, 7) + // producer id, epoch, first sequence
    int(2, 3) +
    int(4, 5) +
    int(4, messages.length) +
    pack(Buffer.from(records.join(''), 'hex')).toString('hex');
  const checksum = int(4, bitwise(Buffer.from(body, 'hex')));
  const [leaderEpoch, magic] = [int(4, 0), '02'];
  return int(8, 0) + withSize(leaderEpoch + magic + checksum + body);
};

const requestHex = (batches: Message[][], format: Format): string => {
  const partitions = batches.map((messages, partition) => {
    return int(4, partition) + withSize(batchHex(messages, format));
  });
  const [produceKey, version, noTransaction] = [int(2, 0), int(2, 7), int(2, -1)];
  return withSize(
    produceKey +
      version +
      int(4, 9) +
      text('ç') +
      noTransaction +
      int(2, -1) +
      int(4, 1_000) +
      int(4, 1) +
      text('tópico') +
      int(4, batches.length) +
      partitions.join(''),
  );
};

const at = 1_767_225_600_000;
const odd: Message[] = [
  { timestamp: at, key: null, value: null },
  { timestamp: at + 1, key: '漢字', value: '😀', headers: {} },
  { timestamp: at + 2, key: Buffer.from([0, 255]), value: Buffer.alloc(0) },
  { timestamp: at + 3, value: 'v', headers: { list: ['a', Buffer.from('é'), ''], none: [] } },
  { timestamp: at + 4, key: '', value: 'ü'.repeat(70_000), headers: { '\ud800': '\ud800' } },
];
const many = Array.from({ length: 3_000 }, (_, number) => ({
  timestamp: at + number,
  key: `${number}`,
  value: `{"n":${number}}`,
  headers: { ce_id: `${number}`, ce_source: 'loms' },
}));

describe('a produce request', () => {
  test.each([
    ['odd values', [odd]],
    ['many messages', [many]],
    ['several partitions', [odd, many, odd]],
  ])('of %s has the bytes that the format asks for, as before', async (_, batches) => {
    const { buffer } = await encode(batches);
    expect(buffer.toString('hex') === requestHex(batches, plain)).toBe(true);
  });

  test('is compressed as before', async () => {
    const { buffer } = await encode([many], { compression: 1 });
    const gzip = { attributes: 1, pack: (records: Buffer) => gzipSync(records) };
    expect(buffer.toString('hex') === requestHex([many], gzip)).toBe(true);
  });

  test('is written to a buffer of exactly its size, and so are its batches', async () => {
    const { buf, buffer } = await encode([many]);
    expect(buf.length).toBe(buffer.length);
    const { RecordBatch } = load('recordBatch/v0/index.js') as {
      RecordBatch: (batch: object) => Promise<Encoded>;
    };
    const { Record } = load('recordBatch/record/v0/index.js') as {
      Record: (message: object) => object;
    };
    const batch = await RecordBatch({ records: many.map(Record) });
    expect(batch.buf.length).toBe(batch.buffer.length);
  });

  test('is made without a copy of each message', async () => {
    const other = { enumerable: true, get: () => fail('only what is sent is read') };
    const message = Object.defineProperty({ timestamp: at, value: 'v' }, 'other', other);
    const { buffer } = await encode([[message]]);
    expect(buffer.toString('hex')).toBe(requestHex([[{ timestamp: at, value: 'v' }]], plain));
  });

  test('is refused for what is not text, as before', async () => {
    for (const wrong of [{ value: 5 }, { key: {} }, { headers: { h: null } }]) {
      const message = { timestamp: at, value: 'v', ...wrong } as unknown as Message;
      await expect(encode([[...many, message]])).rejects.toThrow('argument must be of type string');
    }
  });
});

const fail = (message: string): never => {
  throw new Error(message);
};

describe('the checksum', () => {
  test.each([
    [Buffer.from('123456789'), 'e3069283'],
    [Buffer.alloc(32), '8a9136aa'],
    [Buffer.alloc(32, 0xff), '62a8ab43'],
    [Buffer.alloc(0), '00000000'],
  ])('of %j is as published, and as before', (bytes, checksum) => {
    expect(int(4, crc32C(bytes))).toBe(checksum);
  });

  test('is the one of the definition for any length and place, as before', () => {
    const bytes = randomBytes(300);
    for (let size = 0; size < 100; size += 1) {
      const part = bytes.subarray(size, size * 3);
      expect([part.toString('hex'), crc32C(part)]).toEqual([part.toString('hex'), bitwise(part)]);
    }
  });

  test('is quicker than a table of single bytes', () => {
    const bytes = randomBytes(1_000_000);
    // The two take turns, so that other load on the machine affects both; the quickest run of each counts.
    const quickest = { ours: Infinity, table: Infinity };
    for (let round = 0; round < 100; round += 1) {
      quickest.ours = Math.min(
        quickest.ours,
        milliseconds(() => crc32C(bytes)),
      );
      quickest.table = Math.min(
        quickest.table,
        milliseconds(() => byteByByte(bytes)),
      );
    }
    expect(quickest.ours).toBeLessThan(quickest.table);
  });
});

const table = Int32Array.from(
  { length: 256 },
  (_, byte) => ~bitwise(Uint8Array.of(byte ^ 0xff)) ^ 0x00ffffff,
);

const byteByByte = (bytes: Uint8Array): number => {
  let crc = -1;
  for (let i = 0; i < bytes.length; i += 1) {
    crc = (table[(crc ^ (bytes[i] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
};

const milliseconds = (act: () => unknown): number => {
  const start = performance.now();
  act();
  return performance.now() - start;
};
