import { tmpdir } from 'node:os';
import { allowsGaps, deadLetterTopicOf, loadTopics, parseTopics, topicOf } from './topics.ts';

const manifest = (topics: string) => `
profiles:
  local: { replication: 1, min_insync: 1 }
  cluster: { replication: 3, min_insync: 2 }
topics:
${topics}`;

const good =
  '  - { name: a.b, owner: a, event: a.v1.B, partitions: 2, retention: 36h, publish: { kind: default, max_attempts: 5 } }';

test('the manifest of this project has the topics of the specification', async () => {
  const loaded = await loadTopics('deploy/topics.yaml');
  expect(loaded.topics.find(({ name }) => name === 'loms.order-events')).toEqual({
    name: 'loms.order-events',
    owner: 'loms',
    event: 'loms.v1.OrderStatusChanged',
    partitions: 2,
    retentionMs: 7 * 86_400_000,
    publish: { kind: 'default', max_attempts: 5 },
  });
  expect(loaded.profiles.cluster).toEqual({ replication: 3, min_insync: 2 });
});

test('retention is read in minutes, hours and days', () => {
  expect(parseTopics(manifest(good)).topics[0]?.retentionMs).toBe(36 * 3_600_000);
});

const withPolicy = (policy: string) =>
  good.replace('{ kind: default, max_attempts: 5 }', `{ ${policy} }`);

test.each([
  ['kind: default, max_attempts: 1', { kind: 'default', max_attempts: 1 }],
  ['kind: skip, max_attempts: 3', { kind: 'skip', max_attempts: 3 }],
  ['kind: pvz', { kind: 'pvz' }],
])('the publish policy { %s } is read', (policy, publish) => {
  expect(parseTopics(manifest(withPolicy(policy))).topics[0]?.publish).toEqual(publish);
});

test.each([
  ['a topic twice', `${good}\n${good}`, /named twice/],
  ['no partition', good.replace('partitions: 2', 'partitions: 0'), /topics\[0\]\.partitions/],
  ['a retention without unit', good.replace('36h', '36'), /topics\[0\]\.retention/],
  ['an unknown policy', good.replace('kind: default', 'kind: hope'), /topics\[0\]\.publish/],
  ['skip without a number', withPolicy('kind: skip'), /topics\[0\]\.publish\.max_attempts/],
  ['no attempt', withPolicy('kind: skip, max_attempts: 0'), /topics\[0\]\.publish\.max_attempts/],
  ['pvz with a number', withPolicy('kind: pvz, max_attempts: 3'), /max_attempts/],
  ['an order of unknown fields', good.replace('event: a.v1.B', 'field_order: message'), /event/],
  ['an unknown field', good.replace('owner: a', 'owner: a, colour: red'), /colour/],
])('%s is refused with its place', (_, topics, message) => {
  expect(() => parseTopics(manifest(topics), 'my.yaml')).toThrow(message);
  expect(() => parseTopics(manifest(topics), 'my.yaml')).toThrow('my.yaml is wrong');
});

test('more needed copies than there are is refused', () => {
  const text = manifest(good).replace('min_insync: 2', 'min_insync: 4');
  expect(() => parseTopics(text)).toThrow(/min_insync is more than replication/);
});

test('a topic is found by its event, wherever the process runs', () => {
  const folder = process.cwd();
  try {
    process.chdir(tmpdir());
    expect(topicOf('order.v1.OrderPaid')).toBe('order.payment.completed');
  } finally {
    process.chdir(folder);
  }
  expect(() => topicOf('order.v1.OrderLost')).toThrow(/no topic for the event order.v1.OrderLost/);
});

test('gaps are allowed where the policy lets later events pass one that cannot be sent', () => {
  expect(allowsGaps(topicOf('pvz.v1.OrderEvent'))).toBe(true);
  expect(allowsGaps(topicOf('order.v1.OrderPaid'))).toBe(false);
  expect(allowsGaps(deadLetterTopicOf('order'))).toBe(false);
  expect(allowsGaps('unknown')).toBe(false);
});

test('the topic for dead letters is found by its owner', () => {
  expect(deadLetterTopicOf('notification')).toBe('order.notification.dlq');
  expect(() => deadLetterTopicOf('loms')).toThrow(/no topic for the dead letters of loms/);
});
