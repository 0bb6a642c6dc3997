import { requireRetention } from './retention.ts';

const dayMs = 86_400_000;
const topic = { name: 'loms.order-events', retentionMs: 7 * dayMs, publish: {} };

test('an outbox that keeps its rows longer than the topic is fine', () => {
  expect(() => requireRetention([topic], 8)).not.toThrow();
});

test.each([7, 1])('%p days are refused for a topic that is kept for 7', (days) => {
  expect(() => requireRetention([topic], days)).toThrow(
    `OUTBOX_RETENTION_DAYS is ${days}, but the manifest keeps loms.order-events for 7 days`,
  );
});

test('a topic to which no outbox publishes is not asked', () => {
  expect(() => requireRetention([{ ...topic, publish: undefined }], 1)).not.toThrow();
});
