import { randomUUID } from 'node:crypto';
import { createTestKafka, createTestTopic } from '../../../testing/kafka-topic.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import { createKafkaObserver } from './observer.ts';

const kafka = createTestKafka(process.env['TEST_KAFKA_BROKERS']!);
const observer = createKafkaObserver(kafka);
afterAll(() => observer.close());

const observe = async (topic: string, groupId: string) => {
  const { topics, groups } = await observer.observe([topic]);
  const [partitions, group] = [topics.get(topic), groups.get(groupId)];
  return {
    partitions: partitions && 'figures' in partitions ? partitions.figures : [],
    group: group && 'figures' in group ? group.figures : undefined,
  };
};

test('of three members of a group two have a partition each, and one stands by', async () => {
  const topic = await createTestTopic(kafka, 2);
  const groupId = `test.${randomUUID()}`;
  const consumers = [1, 2, 3].map(() => kafka.consumer({ groupId, sessionTimeout: 6_000 }));
  try {
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic, messages: [{ partition: 1, key: 'a', value: '1' }] });
    await producer.disconnect();
    const join = async (consumer: (typeof consumers)[number]) => {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({ eachMessage: () => Promise.resolve() });
    };
    await Promise.all(consumers.map(join));
    const settled = await waitFor(
      async () => {
        const { group, partitions } = await observe(topic, groupId);
        const shares = group?.members.map((member) => member.partitions.length).toSorted();
        const isCommitted = group?.committed.some(({ offset }) => offset === 1n);
        return group && shares?.join() === '0,1,1' && isCommitted && { group, partitions };
      },
      { what: 'the members to share the partitions' },
    );
    expect(settled.group).toMatchObject({ state: 'Stable' });
    expect(settled.group.members[0]).toMatchObject({ clientId: 'test', topics: [topic] });
    expect(settled.partitions).toMatchObject([
      { partition: 0, endOffset: 0n, leader: expect.stringMatching(/:\d+$/) },
      { partition: 1, endOffset: 1n },
    ]);
  } finally {
    await Promise.all(consumers.map((consumer) => consumer.disconnect()));
  }
  expect((await observe(topic, groupId)).group).toMatchObject({ state: 'Empty', members: [] });
});

test('while a group rebalances, a member that has just joined has no partition', async () => {
  const topic = await createTestTopic(kafka, 2);
  const groupId = `test.${randomUUID()}`;
  const [busy, next] = [1, 2].map(() => kafka.consumer({ groupId, sessionTimeout: 6_000 }));
  const isReleased = Promise.withResolvers<undefined>();
  const isBusy = Promise.withResolvers<undefined>();
  let joining: Promise<void> | undefined;
  const join = async (consumer: typeof busy, eachMessage: () => Promise<undefined>) => {
    await consumer?.connect();
    await consumer?.subscribe({ topic, fromBeginning: true });
    await consumer?.run({ eachMessage });
  };
  try {
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({ topic, messages: [{ partition: 1, key: 'a', value: '1' }] });
    await producer.disconnect();
    await join(busy, () => {
      isBusy.resolve(undefined);
      return isReleased.promise;
    });
    await isBusy.promise;
    // the group waits for the first member, which answers nothing before its message is handled
    joining = join(next, () => Promise.resolve(undefined));
    const group = await waitFor(
      async () => {
        const found = (await observe(topic, groupId)).group;
        return found?.state === 'PreparingRebalance' && found.members.length === 2 && found;
      },
      { what: 'the group to rebalance', intervalMs: 20 },
    );
    expect(group.members.map(({ partitions }) => partitions.length).toSorted()).toEqual([0, 2]);
  } finally {
    isReleased.resolve(undefined);
    await joining;
    await Promise.all([busy?.disconnect(), next?.disconnect()]);
  }
});

test('a topic that is not there has no partitions, and is not created by looking', async () => {
  const missing = `test.${randomUUID()}`;
  expect((await observe(missing, '')).partitions).toEqual([]);
  const { topics } = await observer.observe([missing]);
  expect(topics.get(missing)).toEqual({ figures: [] });
});

test('without a broker it rejects', async () => {
  const nobody = createKafkaObserver(createTestKafka('127.0.0.1:1'));
  await expect(nobody.observe([])).rejects.toThrow();
  await nobody.close();
});
