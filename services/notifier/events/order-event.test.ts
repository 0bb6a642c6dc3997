import type { ReceivedMessage } from '#platform/messaging/kafka/message.ts';
import { readOrderEvent } from './order-event.ts';

const json = { order_id: 7, status: 'payed', sequence: 3, source: 'loms' };
const headers = {
  ce_source: 'loms',
  ce_type: 'loms.v1.OrderStatusChanged',
  ce_time: '2026-01-02T03:04:05.678Z',
  ce_sequence: '3',
};
const message = (changes: Partial<ReceivedMessage> = {}): ReceivedMessage => ({
  topic: 't',
  partition: 0,
  offset: 5n,
  key: '7',
  timestampMs: 0,
  headers,
  value: Buffer.from(JSON.stringify(json)),
  ...changes,
});
const event = {
  key: '7',
  source: 'loms',
  sequence: 3,
  isRedriven: false,
  discarded: [],
  type: 'loms.v1.OrderStatusChanged',
  status: 'payed',
  timeMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  json,
};

test('an event is read from its headers and its JSON', () => {
  expect(readOrderEvent(message())).toEqual({ event });
});

test('without headers the JSON tells source and sequence', () => {
  expect(readOrderEvent(message({ headers: {} }))).toEqual({
    event: { ...event, type: '', timeMs: undefined },
  });
});

test('the confluent encoding is read without a setting', () => {
  const value = Buffer.concat([Buffer.from([0, 0, 0, 0, 9]), Buffer.from(JSON.stringify(json))]);
  expect(readOrderEvent(message({ value }))).toEqual({ event });
});

const withJson = (changes: object) =>
  message({ headers: {}, value: Buffer.from(JSON.stringify({ ...json, ...changes })) });

test.each([
  ['no key', message({ key: undefined }), 'it has no key'],
  ['a tombstone', message({ value: undefined }), 'it has no value'],
  ['not JSON', message({ value: Buffer.from('{"a":') }), 'its value is not a JSON object'],
  ['a JSON array', message({ value: Buffer.from('[1]') }), 'its value is not a JSON object'],
  ['no source', withJson({ source: undefined }), 'it does not name its source'],
  ['no sequence', withJson({ sequence: undefined }), 'it has no sequence'],
  ['half a sequence', withJson({ sequence: 1.5 }), 'it has no sequence'],
  ['no status', withJson({ status: 4 }), 'it has no status'],
])('%s is poison', (_, received, poison) => {
  expect(readOrderEvent(received)).toEqual({ poison });
});
