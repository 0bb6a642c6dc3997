import { createHeldKeys } from '../domain/held-keys.ts';
import type { UnsentRow } from '../domain/row.ts';
import { createTopicRules } from '../domain/topic-rules.ts';
import { recallRests } from './recall-rests.ts';

const { policyOf } = createTopicRules(
  [
    { name: 'skipping', partitions: 1, publish: { kind: 'skip', max_attempts: 2 } },
    { name: 'pick-up', partitions: 1, publish: { kind: 'pvz' } },
  ],
  () => 0,
);
const row = (topic: string): UnsentRow => ({
  place: '(0,1)',
  id: '1',
  topic,
  key: 'a',
  sequence: '1',
  eventType: 'T',
  payload: '{}',
  headers: {},
  bucket: 1,
  seq: '1',
  attempts: 0,
  createdAtMs: 0,
  sinceAttemptMs: null,
});

test.each([
  ['pick-up', 1, 500, 1_500],
  ['pick-up', 1, 2_000, 0],
  ['pick-up', 1, -60_000, 0],
  ['pick-up', 0, null, 0],
  ['skipping', 1, 500, 0],
])(
  'a row of %s with %d attempts, the last %d ms ago, rests %d ms more',
  (topic, attempts, sinceAttemptMs, restMs) => {
    const heldKeys = createHeldKeys();
    const read = { ...row(topic), attempts, sinceAttemptMs };
    recallRests({ policyOf, heldKeys, monotonicMs: () => 100 })([read]);
    expect(heldKeys.isResting(read)).toBe(restMs > 0);
    heldKeys.endRests(100 + restMs - 1);
    expect(heldKeys.isResting(read)).toBe(restMs > 0);
    heldKeys.endRests(100 + restMs);
    expect(heldKeys.isResting(read)).toBe(false);
  },
);
