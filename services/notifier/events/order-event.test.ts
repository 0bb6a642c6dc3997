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

// as the contract of the pick-up point has it
const pvzJson = {
  event_id: '0196a5d2-6a6e-7000-8000-000000000000',
  event_type: 'order_accepted',
  timestamp: '2025-04-22T15:03:05Z',
  actor: { type: 'courier', id: 173 },
  order: { id: 42, user_id: '7', status: 'accepted' },
  source: 'pvz-api',
};
const pvzMessage = (changes: object = {}) =>
  message({
    key: '42',
    headers: { ...headers, ce_source: 'pvz', ce_type: 'pvz.v1.OrderEvent' },
    value: Buffer.from(JSON.stringify({ ...pvzJson, ...changes })),
  });

test('the status may be in the order, and the sequence in the headers alone', () => {
  expect(readOrderEvent(pvzMessage())).toEqual({
    event: {
      ...event,
      key: '42',
      source: 'pvz',
      type: 'pvz.v1.OrderEvent',
      status: 'accepted',
      json: pvzJson,
    },
  });
});

test('a status beside the order is the one that counts', () => {
  expect(readOrderEvent(pvzMessage({ status: 'issued' }))).toHaveProperty('event.status', 'issued');
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
  ['no status', withJson({ status: undefined }), 'it has no status'],
  ['a status that is no text', withJson({ status: 4 }), 'it has no status'],
  ['no order', pvzMessage({ order: undefined }), 'it has no status'],
  ['an order that is null', pvzMessage({ order: null }), 'it has no status'],
  ['an order that is a list', pvzMessage({ order: ['accepted'] }), 'it has no status'],
  ['an order that is text', pvzMessage({ order: 'accepted' }), 'it has no status'],
  ['an order without status', pvzMessage({ order: { id: 42 } }), 'it has no status'],
  ['an order whose status is no text', pvzMessage({ order: { status: 1 } }), 'it has no status'],
])('%s is poison', (_, received, poison) => {
  expect(readOrderEvent(received)).toEqual({ poison });
});
