import { randomUUID } from 'node:crypto';
import { createTestKafka } from '../../../testing/kafka-topic.ts';
import { ensureTopics, type TopicPlan } from './admin.ts';

const timeoutMs = 600_000;
const kafka = createTestKafka(process.env['TEST_KAFKA_BROKERS']!);
const waitMs = 10_000;

const plan = (partitions: number, name = `test.${randomUUID()}`): TopicPlan => ({
  name,
  partitions,
  replication: 1,
  minInsync: 1,
  retentionMs: 3_600_000,
});

test(
  'what is missing is created; a second run changes nothing',
  async () => {
    const plans = [plan(1), plan(3)];
    const outcomes = (result: string) =>
      plans.map(({ name, partitions }) => ({ name, result, partitions }));
    expect(await ensureTopics({ kafka, plans, waitMs })).toEqual(outcomes('created'));
    expect(await ensureTopics({ kafka, plans, waitMs })).toEqual(outcomes('exists'));
  },
  timeoutMs,
);

test(
  'two runs at once both succeed',
  async () => {
    const plans = [plan(2), plan(2), plan(2)];
    const both = await Promise.all([1, 2].map(() => ensureTopics({ kafka, plans, waitMs })));
    expect(both.flat().map(({ partitions }) => partitions)).toEqual([2, 2, 2, 2, 2, 2]);
  },
  timeoutMs,
);

test(
  'a topic with fewer partitions is reported and left as it is',
  async () => {
    const small = plan(1);
    await ensureTopics({ kafka, plans: [small], waitMs });
    const bigger = plan(4, small.name);
    const report = { name: small.name, result: 'too-few', partitions: 1, wanted: 4 };
    for (let run = 1; run <= 2; run += 1) {
      expect(await ensureTopics({ kafka, plans: [bigger], waitMs })).toEqual([report]);
    }
  },
  timeoutMs,
);

test(
  'without a broker it says so in time',
  async () => {
    const nobody = createTestKafka('127.0.0.1:1');
    await expect(ensureTopics({ kafka: nobody, plans: [plan(1)], waitMs: 100 })).rejects.toThrow(
      'no Kafka broker answered within 100 ms',
    );
  },
  timeoutMs,
);
