import { createTopicRules } from './topic-rules.ts';

const topic = { partitions: 3 };
const rules = createTopicRules(
  [
    { ...topic, name: 'blocking', publish: { kind: 'default', max_attempts: 7 } },
    { ...topic, name: 'skipping', publish: { kind: 'skip', max_attempts: 2 } },
    { ...topic, name: 'pick-up', publish: { kind: 'pvz' } },
    { ...topic, name: 'dead-letters' },
  ],
  (key, partitions) => key.length % partitions,
);

test.each([
  ['blocking', { kind: 'default', maxAttempts: 7 }],
  ['skipping', { kind: 'skip', maxAttempts: 2 }],
  ['pick-up', { kind: 'pvz', maxAttempts: 3, backoffMs: 2_000 }],
  ['dead-letters', { kind: 'default', maxAttempts: 5 }],
  ['unknown', { kind: 'default', maxAttempts: 5 }],
])('the policy of %s', (name, policy) => {
  expect(rules.policyOf(name)).toEqual(policy);
});

test('a FAILED row blocks its key unless the topic is known to go on', () => {
  expect(rules.withoutBlocking).toEqual(['skipping', 'pick-up']);
});

test('a topic that the manifest does not know has no partition', () => {
  expect(rules.partitionOf('skipping', 'abcd')).toBe(1);
  expect(rules.partitionOf('unknown', 'abcd')).toBeUndefined();
});
