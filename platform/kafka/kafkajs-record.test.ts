// The bytes of a record, which patches/kafkajs+2.2.4.patch must leave as they were.
import { createRequire } from 'node:module';

type Bytes = string | Buffer | null | undefined;

interface RecordInput {
  key?: Bytes;
  value?: Bytes;
  headers?: Record<string, Exclude<Bytes, null | undefined> | (string | Buffer)[]>;
  timestampDelta?: number | bigint;
  offsetDelta?: number;
}

const encode = createRequire(import.meta.url)(
  'kafkajs/src/protocol/recordBatch/record/v0/index.js',
) as (record: object) => { buffer: Buffer };

const hex = (record: object): string => encode(record).buffer.toString('hex');

/** The record of Kafka's message format 2, written down from its description and slow on purpose. */
const reference = ({
  key,
  value,
  headers = {},
  timestampDelta = 0,
  offsetDelta = 0,
}: RecordInput): string => {
  const pairs = Object.entries(headers).flatMap(([name, each]) =>
    [each].flat().map((one) => sized(name) + sized(one)),
  );
  const attributes = '00';
  const body =
    attributes +
    varint(BigInt(timestampDelta)) +
    varint(BigInt(offsetDelta)) +
    sized(key) +
    sized(value) +
    varint(BigInt(pairs.length)) +
    pairs.join('');
  return varint(BigInt(body.length / 2)) + body;
};

const sized = (bytes: Bytes): string => {
  if (bytes === null || bytes === undefined) return varint(-1n);
  const content = Buffer.from(bytes as string);
  return varint(BigInt(content.length)) + content.toString('hex');
};

/** Zigzag (0, -1, 1, -2 become 0, 1, 2, 3), then seven bits a byte, the lowest first, a high bit while more follow. */
const varint = (number: bigint): string => {
  let rest = number < 0n ? -number * 2n - 1n : number * 2n;
  let bytes = '';
  do {
    const more = rest > 0x7fn ? 0x80n : 0n;
    bytes += ((rest & 0x7fn) | more).toString(16).padStart(2, '0');
    rest >>= 7n;
  } while (rest > 0n);
  return bytes;
};

const texts = ['', 'a', 'é', '漢字', '😀', '\ud800', 'nul\0', 'x'.repeat(63), 'x'.repeat(64)];
const large = 'ü'.repeat(600_000);
const many = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`h${at}`, `${at}`]));
const deltas = [0, 1, 63, 64, 8_191, 8_192, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1];

const inputs: RecordInput[] = [
  {},
  { key: null, value: null, headers: {} },
  { key: '', value: '' },
  { key: Buffer.alloc(0), value: Buffer.from([0, 255, 128]) },
  ...texts.map((text) => ({ key: text, value: text, headers: { [text]: text } })),
  ...texts.map((text) => ({ value: Buffer.from(text), headers: { h: Buffer.from(text) } })),
  { value: 'v', headers: { list: ['a', Buffer.from('é'), ''], none: [], one: ['漢'], plain: 'p' } },
  { value: 'v', headers: many },
  { key: 'k', value: large, headers: { large } },
  { key: 'k', value: Buffer.from(large) },
  ...[...deltas, ...deltas.map((delta) => -delta), -(2 ** 31) - 1].map((timestampDelta) => ({
    ...{ timestampDelta, key: 'k', value: 'v' },
  })),
  { timestampDelta: 2n ** 62n },
  { timestampDelta: -(2n ** 62n) },
  ...[1, 63, 64, 100_000, 2 ** 31 - 1, -1, -(2 ** 31)].map((offsetDelta) => ({ offsetDelta })),
];

test('every kind of record has the bytes that the format asks for', () => {
  for (const input of inputs) expect(hex(input)).toBe(reference(input));
});

test('the bytes are those of kafkajs without the patch', () => {
  expect(hex({ key: null, value: null })).toBe('0c000000010100');
  const event = {
    ...{ key: '42', value: '{"a":1}', offsetDelta: 3, timestampDelta: -2 },
    headers: { ce_id: 'ü', n: ['1', Buffer.from('2')] },
  };
  expect(hex(event)).toBe('400003060434320e7b2261223a317d060a63655f696404c3bc026e0231026e0232');
  const far = { timestampDelta: 2 ** 40, offsetDelta: 300, headers: { '😀': '' } };
  expect(hex({ key: 'k', value: 'v', ...far })).toBe('2800808080808040d804026b02760208f09f988000');
});

test('what could not be encoded still cannot', () => {
  const refusal = 'argument must be of type string';
  for (const odd of [null, undefined, 5, {}, [null], [['a']]]) {
    expect(() => hex({ value: 'v', headers: { odd } })).toThrow(refusal);
  }
  for (const odd of [5, {}, true]) expect(() => hex({ value: odd })).toThrow(refusal);
});
