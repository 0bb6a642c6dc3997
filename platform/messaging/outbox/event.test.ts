import { encodeOutboxRows, longestKey, type OutboxEvent } from './event.ts';

const withKey = (key: string): OutboxEvent => ({
  id: '0198f3a0-7b6c-7000-8000-00000000000a',
  topic: 't',
  key,
  sequence: 1n,
  eventType: 'T',
  payload: '{}',
  headers: {},
  createdAt: new Date(0),
});

test.each([0, longestKey + 1, 900_000])('a key of %i characters is refused', (length) => {
  expect(() => encodeOutboxRows([withKey('ok'), withKey('k'.repeat(length))])).toThrow(
    `The key of an event has from 1 to 200 characters, not ${length}.`,
  );
});

test('a key of the greatest length is written', () => {
  expect(encodeOutboxRows([withKey('k'.repeat(longestKey))])).toContain('"sequence":1');
});
