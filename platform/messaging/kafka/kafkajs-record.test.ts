// Tests the bytes of a record, which patches/kafkajs+2.2.4.patch must not change.
import { createRequire } from 'node:module';
import { recordHex, type RecordInput } from '../../../testing/record-hex.ts';

interface Encoder {
  buffer: Buffer;
}
const load = (path: string): unknown =>
  createRequire(import.meta.url)(`kafkajs/src/protocol/${path}`);
const Encoder = load('encoder.js') as new () => Encoder;
const { Record, writeRecord } = load('recordBatch/record/v0/index.js') as {
  Record: (record: object) => { size: number };
  writeRecord: (encoder: Encoder, record: object) => void;
};

const hex = (input: object): string => {
  const encoder = new Encoder();
  const record = Record(input);
  writeRecord(encoder, record);
  expect(record.size).toBe(encoder.buffer.length);
  return encoder.buffer.toString('hex');
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
    timestampDelta,
    key: 'k',
    value: 'v',
  })),
  { timestampDelta: 2n ** 62n },
  { timestampDelta: -(2n ** 62n) },
  ...[1, 63, 64, 100_000, 2 ** 31 - 1, -1, -(2 ** 31)].map((offsetDelta) => ({ offsetDelta })),
];

test('every kind of record has the bytes that the format asks for', () => {
  for (const input of inputs) expect(hex(input)).toBe(recordHex(input));
});

test('the bytes are those of kafkajs without the patch', () => {
  expect(hex({ key: null, value: null })).toBe('0c000000010100');
  const event = {
    key: '42',
    value: '{"a":1}',
    offsetDelta: 3,
    timestampDelta: -2,
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
