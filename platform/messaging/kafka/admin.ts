import type { Admin, Kafka } from 'kafkajs';
import { sleep } from '../../base/sleep.ts';

export interface TopicPlan {
  name: string;
  partitions: number;
  replication: number;
  minInsync: number;
  retentionMs: number;
}

export type TopicOutcome =
  | { name: string; result: 'created' | 'exists'; partitions: number }
  | { name: string; result: 'too-few'; partitions: number; wanted: number };

export interface EnsureTopicsOptions {
  kafka: Kafka;
  plans: readonly TopicPlan[];
  /** The longest time to wait for a broker, in milliseconds. */
  waitMs: number;
}

/**
 * Creates missing topics and leaves existing ones unchanged; one with fewer partitions is reported. Safe to
 * run repeatedly or concurrently. Rejects when no broker answers in time.
 */
export const ensureTopics = async ({ kafka, plans, waitMs }: EnsureTopicsOptions) => {
  const admin = kafka.admin();
  try {
    await connect(admin, waitMs);
    const before = new Set(await admin.listTopics());
    const missing = plans.filter(({ name }) => !before.has(name));
    if (missing.length > 0) await create(admin, missing);
    const topics = await describe(admin, plans, waitMs);
    const counts = new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
    return plans.map((plan) => outcomeOf(plan, counts.get(plan.name) ?? 0, before.has(plan.name)));
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
};

const connect = async (admin: Admin, waitMs: number): Promise<void> => {
  const deadline = performance.now() + waitMs;
  for (;;) {
    try {
      await admin.connect();
      return;
    } catch (cause) {
      if (performance.now() > deadline) {
        throw new Error(`no Kafka broker answered within ${waitMs} ms`, { cause });
      }
      await sleep(250);
    }
  }
};

// Brokers may answer with these errors for a topic that was created a moment ago.
const passing = new Set<unknown>(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE']);

/** Waits for leaders as well: a broker may not yet know of a topic that it or another has just created. */
const describe = async (admin: Admin, plans: readonly TopicPlan[], waitMs: number) => {
  const deadline = performance.now() + waitMs;
  for (;;) {
    try {
      const names = plans.map(({ name }) => name);
      return (await admin.fetchTopicMetadata({ topics: names })).topics;
    } catch (error) {
      const isNew = error instanceof Error && 'type' in error && passing.has(error.type);
      if (!isNew || performance.now() > deadline) throw error;
      await sleep(100);
    }
  }
};

const create = (admin: Admin, plans: readonly TopicPlan[]): Promise<boolean> =>
  admin.createTopics({
    // kafkajs would give up while the broker does not know the new topic yet; `describe` waits for that.
    waitForLeaders: false,
    topics: plans.map(({ name, partitions, replication, minInsync, retentionMs }) => ({
      topic: name,
      numPartitions: partitions,
      replicationFactor: replication,
      configEntries: [
        { name: 'retention.ms', value: String(retentionMs) },
        { name: 'min.insync.replicas', value: String(minInsync) },
        // Timestamps are the broker's, because it would refuse a message whose own timestamp is an hour ahead.
        { name: 'message.timestamp.type', value: 'LogAppendTime' },
      ],
    })),
  });

const outcomeOf = (
  { name, partitions: wanted }: TopicPlan,
  partitions: number,
  existed: boolean,
): TopicOutcome => {
  if (partitions < wanted) return { name, result: 'too-few', partitions, wanted };
  return { name, result: existed ? 'exists' : 'created', partitions };
};
