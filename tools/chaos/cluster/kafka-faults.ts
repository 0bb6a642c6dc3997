import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { cloudEventHeaders } from '#platform/messaging/event.ts';
import { newId } from '#platform/base/ids.ts';
import { openProducer } from '#platform/messaging/kafka/producer.ts';
import { deadLetterTopicOf } from '#platform/messaging/topics.ts';
import { createTestKafka } from '../../../testing/kafka-topic.ts';
import { readMessages } from '../../../testing/read-messages.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import { yardTopics } from '../../../testing/yard/observe.ts';
import { createTopics } from '../engines.ts';
import type { Fault } from '../fault.ts';
import { withAdmin } from './admin.ts';
import { untilNotReady } from './readiness.ts';
import type { ClusterRig } from './rig.ts';

const { topic } = yardTopics.paid;
const letterTopics = ['assembly', 'notification'].map(deadLetterTopicOf);
const codecs = ['zstd', 'lz4', 'snappy', 'gzip', 'producer'];
const letters = 20;
const limitMs = 60_000;
// longer than a request's deadline and the first back-offs after it
const settledSeconds = 5;

export const kafkaFaults: readonly Fault<ClusterRig>[] = [
  {
    name: 'broker-silent',
    title: 'one broker answers to nobody, each of the three in turn',
    seconds: 12,
    run: async ({ rig, pause }, seconds) => {
      for (const { proxy } of rig.cluster.nodes) {
        proxy.set('drop');
        try {
          await pause(settledSeconds);
          await untilOthersGoOn(rig);
          await pause(Math.max(0, seconds - settledSeconds));
        } finally {
          proxy.set('pass');
        }
        await pause(2);
      }
    },
  },
  {
    name: 'topic-compression',
    title: "the topics' compression changes: zstd, lz4, snappy, gzip",
    seconds: 3,
    run: async ({ rig, pause }, seconds) => {
      for (const codec of codecs) {
        await setTopics(rig, 'compression.type', codec);
        await pause(seconds);
      }
    },
  },
  {
    name: 'dead-letter-topic',
    title: `the dead-letter topics away while ${letters} messages become letters, then there again`,
    seconds: 6,
    run: async ({ rig, pause }, seconds) => {
      await deleteTopics(rig, letterTopics);
      const keys = await plantUnreadable(rig, letters);
      await untilNotReady(rig, ['assembly', 'notification'], /\.dlq/);
      await pause(seconds);
      await createTopics(rig.brokers, 'cluster');
      for (const letterTopic of letterTopics)
        await readMessages(createTestKafka(rig.brokers), letterTopic, letters);
      await forget(rig, keys);
    },
  },
  {
    name: 'records-deleted',
    title: 'every record that has been handled is deleted from the topics',
    missing: ({ checkedUpTo }) =>
      checkedUpTo.size === 0 ? 'it follows another fault, whose events were checked' : undefined,
    run: async ({ rig, pause }) => {
      await pause(2);
      for (const each of Object.values(yardTopics)) await deleteHandled(rig, each.topic);
    },
  },
];

/** Resolves when events of at least two of the topic's partitions have been sent after this call. */
const untilOthersGoOn = async ({ query }: ClusterRig): Promise<void> => {
  const [now] = await query<{ at: string }>('SELECT clock_timestamp()::text AS at');
  const count = async () => {
    const [row] = await query<{ n: number }>(
      `SELECT count(DISTINCT partition)::int AS n FROM "order".outbox
        WHERE topic = $1 AND created_at > $2::timestamptz AND sent_at > $2::timestamptz`,
      [topic, now?.at],
    );
    return row?.n ?? 0;
  };
  const what = 'events of partitions that other brokers lead to be sent';
  await waitFor(async () => (await count()) >= 2, { what, timeoutMs: limitMs, intervalMs: 100 });
};

const setTopics = async (rig: ClusterRig, name: string, value: string): Promise<void> =>
  withAdmin(rig, async (admin) => {
    await admin.alterConfigs({
      validateOnly: false,
      resources: Object.values(yardTopics).map((each) => ({
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name: each.topic,
        configEntries: [
          { name, value },
          { name: 'min.insync.replicas', value: '2' },
          { name: 'message.timestamp.type', value: 'LogAppendTime' },
        ],
      })),
    });
  });

const deleteTopics = async (rig: ClusterRig, topics: string[]): Promise<void> =>
  withAdmin(rig, async (admin) => {
    await admin.deleteTopics({ topics });
    const areGone = async () => {
      const there = await admin.listTopics();
      return topics.every((each) => !there.includes(each));
    };
    await waitFor(areGone, { what: 'the topics to be gone', timeoutMs: limitMs });
  });

/** Deletes the records that the last check has read: every consumer has handled those. */
const deleteHandled = async (rig: ClusterRig, each: string): Promise<void> =>
  withAdmin(rig, async (admin) => {
    const handled = rig.checkedUpTo.get(each);
    if (handled === undefined) throw new Error(`nothing of ${each} has been checked yet`);
    // the client knows the leaders only of topics whose metadata it has fetched
    await admin.fetchTopicOffsets(each);
    await admin.deleteTopicRecords({
      topic: each,
      partitions: handled.map(({ partition, offset }) => ({ partition, offset })),
    });
  });

/**
 * Sends events with valid headers and an unreadable payload: each becomes a dead letter at once, one for each key.
 */
const plantUnreadable = async (rig: ClusterRig, count: number): Promise<string[]> => {
  const keys = Array.from({ length: count }, () => randomUUID());
  const producer = await openProducer({ kafka: createTestKafka(rig.brokers), deadlineMs: 10_000 });
  const time = new Date().toISOString();
  const messages = keys.map((key) => ({
    key,
    value: '{"order_id": "none"}',
    headers: cloudEventHeaders({
      id: newId(),
      source: 'order',
      type: 'order.v1.OrderPaid',
      time,
      subject: key,
      sequence: '1',
    }),
  }));
  await producer.send([{ topic, partition: 0, messages }], 10_000);
  await producer.close(2_000);
  for (const key of keys) rig.planted.add(key);
  return keys;
};

/** Waits for the dead letters of the planted messages, and deletes by hand what these messages left in the tables. */
const forget = async ({ query }: ClusterRig, keys: readonly string[]): Promise<void> => {
  for (const schema of ['assembly', 'notification']) {
    const kept = () =>
      query(`SELECT FROM ${schema}.inbox_dead_letters WHERE key = ANY ($1)`, [keys]);
    await waitFor(async () => (await kept()).length === keys.length, {
      what: `${schema} to have kept its letters`,
      timeoutMs: limitMs,
    });
    for (const table of ['inbox_parked', 'inbox_parked_keys', 'inbox_dead_letters', 'inbox'])
      await query(`DELETE FROM ${schema}.${table} WHERE key = ANY ($1)`, [keys]);
  }
};
