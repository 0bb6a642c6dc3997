import { Registry } from 'prom-client';
import type { Overview } from './domain/overview.ts';
import { createOverviewMetrics } from './metrics.ts';

const at = new Date('2026-11-30T12:00:00Z');
const known = { observedAt: at, error: '' };
const unknown = { unknownSince: at, error: 'Kafka is away' };
const paid = { group: 'assembly-service', topic: 'order.payment.completed' };
const built = { group: 'order-service', topic: 'order.assembly.completed' };

const figures = {
  state: 'Stable',
  members: [{ clientId: 'assembly', host: 'h', partitions: [0, 1] }],
  partitions: [
    { partition: 0, committedOffset: 7n, lag: 3n },
    { partition: 1, committedOffset: undefined, lag: undefined },
  ],
  perSecond: undefined,
  lag: undefined,
};
const topicOf = (topic: string) => ({
  ...known,
  topic,
  figures: { perSecond: undefined, partitions: [] },
});

const overview: Overview = {
  at,
  problems: [],
  sources: [],
  publishers: { ...known, figures: [] },
  topics: [topicOf(paid.topic), topicOf(built.topic)],
  groups: [
    { ...known, ...paid, figures },
    // of a tool that reads a topic once
    { ...known, group: 'bdb411a0-8615-49c2-b2ed-8b02bf336e0a', topic: paid.topic, figures },
  ],
};

const scrape = async (newest: Overview | undefined, now = at) => {
  const registry = new Registry();
  createOverviewMetrics({
    registry,
    expected: [paid, built],
    newest: () => newest,
    now: () => now,
  });
  return (await registry.metrics()).split('\n').filter((line) => /^\w/.test(line));
};

test('of groups only those that manifests name, and one that Kafka does not know has no member', async () => {
  expect(await scrape(overview)).toEqual([
    'outbox_publishers{state="held"} 0',
    'outbox_publishers{state="expired"} 0',
    'kafka_group_expected{group="assembly-service",topic="order.payment.completed"} 1',
    'kafka_group_expected{group="order-service",topic="order.assembly.completed"} 1',
    'kafka_group_members{group="assembly-service",topic="order.payment.completed"} 1',
    'kafka_group_members{group="order-service",topic="order.assembly.completed"} 0',
    'kafka_group_lag_messages{group="assembly-service",topic="order.payment.completed",partition="0"} 3',
    'kafka_group_committed_offset{group="assembly-service",topic="order.payment.completed",partition="0"} 7',
  ]);
});

test('while Kafka is away it is not known who consumes', async () => {
  const topics = overview.topics.map(({ topic }) => ({ ...unknown, topic }));
  const groups = [{ ...unknown, ...paid }];
  const lines = await scrape({ ...overview, topics, groups });
  expect(lines.filter((line) => /members|lag|committed/.test(line))).toEqual([]);
  expect(lines.filter((line) => line.includes('expected'))).toHaveLength(2);
});

test('an overview of more than a minute ago says nothing, and neither does none', async () => {
  expect(await scrape(undefined)).toEqual([]);
  expect(await scrape(overview, new Date(at.getTime() + 60_001))).toEqual([]);
});
