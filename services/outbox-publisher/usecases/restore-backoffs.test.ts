import { unsentRow } from '../../../testing/publisher/unsent-row.ts';
import { createHeldKeys } from '../domain/held-keys.ts';
import type { UnsentRow } from '../domain/row.ts';
import { createTopicRules } from '../domain/topic-rules.ts';
import { restoreBackoffs } from './restore-backoffs.ts';

const { policyOf } = createTopicRules(
  [
    { name: 'skipping', partitions: 1, publish: { kind: 'skip', max_attempts: 2 } },
    { name: 'pick-up', partitions: 1, publish: { kind: 'pvz' } },
  ],
  () => 0,
);
const row = (topic: string): UnsentRow => unsentRow({ topic });

test.each([
  ['pick-up', 1, 500, 1_500],
  ['pick-up', 1, 2_000, 0],
  ['pick-up', 1, -60_000, 0],
  ['pick-up', 0, null, 0],
  ['skipping', 1, 500, 0],
])(
  'a row of %s with %d attempts, the last %d ms ago, is backed off for %d ms more',
  (topic, attempts, sinceAttemptMs, backoffMs) => {
    const heldKeys = createHeldKeys();
    const read = { ...row(topic), attempts, sinceAttemptMs };
    restoreBackoffs({ policyOf, heldKeys, monotonicMs: () => 100 })([read]);
    expect(heldKeys.isBackedOff(read)).toBe(backoffMs > 0);
    heldKeys.endBackoffs(100 + backoffMs - 1);
    expect(heldKeys.isBackedOff(read)).toBe(backoffMs > 0);
    heldKeys.endBackoffs(100 + backoffMs);
    expect(heldKeys.isBackedOff(read)).toBe(false);
  },
);
