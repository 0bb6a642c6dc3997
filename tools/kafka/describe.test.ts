import { framedValue } from '#platform/messaging/event-value.ts';
import type { ReceivedMessage } from '#platform/messaging/kafka/message.ts';
import { describeDeadLetter } from './describe-dead-letter.ts';
import { describeMessage, describeValue } from './describe-message.ts';

const message = (changes: Partial<ReceivedMessage>): ReceivedMessage => ({
  topic: 'order.payment.completed',
  partition: 1,
  offset: 17n,
  key: '42',
  value: Buffer.from('{"order_id":"42"}'),
  headers: {},
  timestampMs: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  ...changes,
});

test('a message tells its place, what its headers say of it, and its JSON', () => {
  const headers = {
    ce_type: 'order.payment.completed',
    ce_sequence: '1',
    ce_source: 'order',
    ce_id: 'e-1',
    ce_time: 'x',
    replayed: 'true',
  };
  expect(describeMessage(message({ headers }))).toBe(`\
order.payment.completed 1/17 · key 42 · 2026-01-02T03:04:05.006Z
  order.payment.completed · sequence 1 · from order · id e-1 · replayed true
  {
    "order_id": "42"
  }`);
});

test('what is no JSON is text, what is no text is bytes, and nothing is said to be nothing', () => {
  expect(describeValue(framedValue(7, '[1]'))).toBe('[\n  1\n]');
  expect(describeValue(Buffer.from('{half'))).toBe('{half');
  expect(describeValue(Buffer.from([0xff, 0xfe]))).toBe('2 bytes: //4=');
  expect(describeValue(Buffer.from('\u001b[2J'))).toBe('4 bytes: G1sySg==');
  expect(describeValue(undefined)).toBe('(no value)');
});

const base64 = (text: string) => Buffer.from(text).toString('base64');
const letter = {
  original_topic: 'order.payment.completed',
  original_partition: 1,
  original_offset: 17,
  original_key: base64('42'),
  original_value: base64('{"order_id":"42"}'),
  error_message: 'no user_id:\nit is required',
  failed_at: '2026-01-02T03:04:05.006Z',
  event_type: 'order.payment.completed',
  event_id: 'e-1',
  order_id: '42',
};
const dead = (value: object) =>
  message({ topic: 'order.payment.completed.dlq', value: Buffer.from(JSON.stringify(value)) });

test('a dead letter tells what failed and why, and shows the message as it was', () => {
  expect(describeDeadLetter(dead(letter))).toBe(`\
order.payment.completed.dlq 1/17 · key 42 · 2026-01-02T03:04:05.006Z
  error      no user_id: it is required
  failed at  2026-01-02T03:04:05.006Z
  original   order.payment.completed 1/17
  key        42
  order      42
  event      order.payment.completed
  event id   e-1
  value
    {
      "order_id": "42"
    }`);
});

test('of poison nothing is known but its bytes', () => {
  const { original_topic, original_partition, original_offset, error_message, failed_at } = letter;
  const facts = { original_topic, original_partition, original_offset, error_message, failed_at };
  const text = describeDeadLetter(dead({ ...facts, original_value: base64('}{') }));
  expect(text).toMatch(/key +-\n +order +-\n +event +-\n +event id +-\n +value\n {4}\}\{$/);
});

test('what is no dead letter is shown as any message', () => {
  expect(describeDeadLetter(dead({ order_id: '42' }))).toContain('"order_id": "42"');
  expect(describeDeadLetter(message({ value: Buffer.from('x') }))).toMatch(/\n {2}x$/);
});
