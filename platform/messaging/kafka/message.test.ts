import type { KafkaMessage } from 'kafkajs';
import { toReceivedMessage } from './message.ts';

const message = (more: Partial<KafkaMessage>): KafkaMessage => ({
  key: null,
  value: null,
  timestamp: '7',
  attributes: 0,
  offset: '5',
  ...more,
});
const place = { topic: 't', partition: 1 };

test('a tombstone without key and headers is read', () => {
  expect(toReceivedMessage(place, message({}))).toEqual({
    ...place,
    offset: 5n,
    timestampMs: 7,
    headers: {},
    key: undefined,
    keyBytes: undefined,
    value: undefined,
  });
});

test('of a header that stands twice the last counts; one without a value counts as absent', () => {
  const headers = {
    once: Buffer.from('a'),
    twice: [Buffer.from('a'), Buffer.from('b')],
    // kafkajs returns null here, although its types do not allow it.
    empty: null as unknown as Buffer,
    emptyAtLast: [Buffer.from('a'), null as unknown as Buffer],
  };
  const read = toReceivedMessage(place, message({ headers }));
  expect(read.headers).toEqual({ once: 'a', twice: 'b' });
});
