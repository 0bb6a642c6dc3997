// Tests what patches/kafkajs+2.2.4.patch changes in fetches; each test but those marked "as before" fails without it.
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { batchField, recordBatch, withCrc } from '../../../testing/record-batch.ts';

const load = (path: string): unknown => createRequire(import.meta.url)(`kafkajs/src/${path}`);

interface Message {
  offset: string;
  value: Buffer;
  headers: Record<string, unknown>;
}
interface Messages extends Array<Message> {
  nextOffset?: string;
  undecodable?: { offset: string; nextOffset?: string; error: Error };
}
const Decoder = load('protocol/decoder.js') as new (bytes: Buffer) => object;
const decodeMessages = load('protocol/requests/fetch/v4/decodeMessages.js') as (
  decoder: object,
) => Promise<Messages>;

const decode = (...batches: Buffer[]): Promise<Messages> => {
  const bytes = Buffer.concat(batches);
  const size = Buffer.alloc(4);
  size.writeInt32BE(bytes.length);
  return decodeMessages(new Decoder(Buffer.concat([size, bytes])));
};

const good = (baseOffset: number): Buffer =>
  recordBatch({ baseOffset, records: [{ value: 'a' }, { value: 'b' }] });

const changed = (change: (batch: Buffer) => void): Buffer => {
  const batch = recordBatch({
    baseOffset: 2,
    records: [{ value: 'x'.repeat(20) }, { value: 'y' }],
  });
  change(batch);
  return batch;
};
const attributes = (value: number) =>
  changed((batch) =>
    withCrc(batch.fill(value, batchField.attributes + 1, batchField.attributes + 2)),
  );
const body = (bytes: number[], count = 1): Buffer =>
  recordBatch({ baseOffset: 2, body: Buffer.from(bytes), count, lastOffsetDelta: 1 });

test('batches are read one after the other, as before', async () => {
  const messages = await decode(good(0), good(2));
  expect(messages.map(({ offset, value }) => `${offset}${String(value)}`)).toEqual([
    '0a',
    '1b',
    '2a',
    '3b',
  ]);
});

test('where they end is reported, also where the log compaction has left nothing', async () => {
  const emptied = recordBatch({ baseOffset: 2, lastOffsetDelta: 7 });
  expect(await decode(good(0), emptied)).toMatchObject({ length: 2, nextOffset: '10' });
  expect(await decode(emptied)).toMatchObject({ length: 0, nextOffset: '10' });
});

test('a batch that came in part is left for the next time, as before', async () => {
  const messages = await decode(good(0), good(2).subarray(0, -1));
  expect(messages).toHaveLength(2);
  expect(messages.undecodable).toBeUndefined();
});

const manyRecords = gzipSync(Buffer.alloc(300_000 * 7));
test.each([
  ['a flipped bit', changed((batch) => batch.fill(0x55, 70, 71)), /checksum/],
  ['an unknown codec', attributes(5), /unknown codec, 5/],
  [
    'a codec that is not that of its bytes',
    attributes(1),
    /cannot be decompressed: incorrect header/,
  ],
  ['a later format', changed((batch) => batch.writeInt8(3, batchField.magic)), /unknown format, 3/],
  [
    'a length that cannot be',
    changed((batch) => batch.writeInt32BE(7, batchField.length)),
    /length of 7/,
  ],
  [
    'a negative length',
    changed((batch) => batch.writeInt32BE(-9, batchField.length)),
    /length of -9/,
  ],
  ['no last offset', recordBatch({ baseOffset: 2, lastOffsetDelta: -3 }), /no last offset/],
  ['fewer records than it tells', body([], 2), /record 0/],
  ['a record that ends in a number', body([0x80]), /record 0 .*not complete/],
  ['a number without an end', body([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), /record 0/],
  ['a record beyond the end', body([40, 0, 0, 0]), /record 0 .*20 bytes/],
  ['a key of a negative length', body([12, 0, 0, 0, 5, 1, 0]), /record 0 .*-3 bytes/],
  // The batch claims to have 0x7fffffff headers, each of which would be read as an empty one.
  [
    'two billion headers',
    body([20, 0, 0, 0, 1, 1, 0xfe, 0xff, 0xff, 0xff, 0x0f]),
    /2147483647 headers/,
  ],
  [
    'more records than are safe',
    recordBatch({
      baseOffset: 2,
      body: manyRecords,
      attributes: 1,
      count: 300_000,
      lastOffsetDelta: 1,
    }),
    /300000 records/,
  ],
])('a batch with %s ends what is read of its partition, and is named', async (_, batch, words) => {
  const messages = await decode(good(0), batch, good(4));
  expect(messages.map(({ offset }) => offset)).toEqual(['0', '1']);
  expect(messages.undecodable).toMatchObject({ offset: '2' });
  expect(messages.undecodable?.error.message).toMatch(words);
});

test('how far the broken batch reaches is reported', async () => {
  expect((await decode(attributes(5))).undecodable).toMatchObject({ offset: '2', nextOffset: '4' });
});

test('headers may have the names that objects have, and be thousands', async () => {
  const names = ['__proto__', 'constructor', 'toString'];
  const many = Array.from({ length: 9_000 }, (_, i): [string, string] => [`h${i}`, 'v']);
  const headers = Object.fromEntries([
    ...names.map((name): [string, string] => [name, name]),
    ...many,
  ]);
  const startedMs = performance.now();
  const [message] = await decode(recordBatch({ records: [{ headers }] }));
  // This takes milliseconds; it would take minutes if all headers were copied for each one.
  expect(performance.now() - startedMs).toBeLessThan(20_000);
  expect(Object.keys(message!.headers)).toHaveLength(9_003);
  for (const name of names) expect(String(message!.headers[name])).toBe(name);
});

test('what decompresses to much is read a few batches at a time', async () => {
  const zeros = recordBatch({ records: [{ value: Buffer.alloc(6_000_000) }] });
  const batch = (baseOffset: number): Buffer =>
    recordBatch({
      baseOffset,
      attributes: 1,
      count: 1,
      lastOffsetDelta: 0,
      body: gzipSync(zeros.subarray(batchField.records)),
    });
  expect(await decode(...[0, 1, 2, 3, 4, 5].map(batch))).toMatchObject({
    length: 3,
    nextOffset: '3',
  });
});

describe('of aborted transactions', () => {
  interface Transaction {
    producerId: string;
    firstOffset: string;
  }
  const keepCommitted = load('consumer/filterAbortedMessages.js') as (input: {
    messages: object[];
    abortedTransactions: Transaction[];
  }) => { offset: string }[];
  const message = (offset: number, producerId: string, more: object = {}) => ({
    offset: String(offset),
    key: null,
    isControlRecord: false,
    ...more,
    batchContext: { producerId, inTransaction: true },
  });
  const aborted = (producerId: string, firstOffset: number): Transaction => ({
    producerId,
    firstOffset: String(firstOffset),
  });
  const offsets = (messages: object[], abortedTransactions: Transaction[]): string[] =>
    keepCommitted({ messages, abortedTransactions }).map(({ offset }) => offset);

  test('all that have begun before are known from the first message on, in whatever order they are listed', () => {
    const messages = [message(10, 'b'), message(11, 'a'), message(12, 'c')];
    expect(offsets(messages, [aborted('b', 5), aborted('a', 3)])).toEqual(['12']);
  });

  test('none ends with a message whose key looks like the end of one', () => {
    const key = Buffer.alloc(4);
    const end = message(12, 'a', { key, isControlRecord: true });
    const messages = [message(10, 'a', { key }), message(11, 'a'), end, message(13, 'a')];
    expect(offsets(messages, [aborted('a', 10)])).toEqual(['12', '13']);
  });
});
