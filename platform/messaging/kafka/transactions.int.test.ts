import { pino } from 'pino';
import { createTestKafka, createTestTopic } from '../../../testing/kafka-topic.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import { startConsumer } from './consumer.ts';
import { openProducer, type Producer } from './producer.ts';
import { writeInTransactions } from './transactions.ts';

const timeoutMs = 60_000;
const kafka = createTestKafka(process.env['TEST_KAFKA_BROKERS']!);
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

const open = async (transactionalId: string): Promise<Producer> => {
  const producer = await openProducer({ kafka, deadlineMs: 5_000, transactionalId });
  closers.push(() => producer.close(2_000));
  return producer;
};

/** As its messages are visible to one that reads what is committed. */
const read = (topic: string): string[] => {
  const values: string[] = [];
  const consumer = startConsumer({
    ...{ kafka, topics: [topic], groupId: topic, logger: pino({ level: 'silent' }) },
    handle: (messages) => void values.push(...messages.map(({ value }) => String(value))),
  });
  closers.push(() => consumer.stop());
  return values;
};

const messages = (...values: string[]) =>
  values.map((value) => ({ key: 'k', value, headers: { h: 'x' } }));
const batch = (topic: string, ...values: string[]) => [
  { topic, partition: 0, messages: messages(...values) },
];

test(
  'each request is committed when it is acknowledged, and its offsets count the markers in',
  async () => {
    const topic = await createTestTopic(kafka, 1);
    const producer = await open(topic);
    const first = await producer.send(batch(topic, 'a', 'b'), 5_000);
    const second = await producer.send(batch(topic, 'c'), 5_000);
    expect([first, second]).toEqual([
      [{ topic, partition: 0, baseOffset: 0n }],
      [{ topic, partition: 0, baseOffset: 3n }],
    ]);
    const values = read(topic);
    await waitFor(() => values.length === 3, { what: 'all to be read', timeoutMs: 60_000 });
    expect(values).toEqual(['a', 'b', 'c']);
  },
  timeoutMs,
);

test(
  'whose id was opened by another is refused',
  async () => {
    const topic = await createTestTopic(kafka, 1);
    const stale = await open(topic);
    await stale.send(batch(topic, 'a'), 5_000);
    const next = await open(topic);
    await expect(stale.send(batch(topic, 'stale'), 5_000)).rejects.toMatchObject({
      reason: 'invalid-producer-epoch',
    });
    await next.send(batch(topic, 'b'), 5_000);
    const values = read(topic);
    await waitFor(() => values.includes('b'), { what: 'the last to be read', timeoutMs: 60_000 });
    expect(values).toEqual(['a', 'b']);
  },
  timeoutMs,
);

test(
  'a request that is written but not committed is refused and never seen',
  async () => {
    const topic = await createTestTopic(kafka, 1);
    const stale = kafka.producer({ transactionalId: topic, maxInFlightRequests: 1 });
    await stale.connect();
    closers.push(() => stale.disconnect());
    const transaction = await stale.transaction();
    await transaction.send({ topic, acks: -1, messages: [{ value: 'stale' }] });
    const next = await open(topic);
    await expect(transaction.commit()).rejects.toMatchObject({ type: 'INVALID_PRODUCER_EPOCH' });
    await next.send(batch(topic, 'a'), 5_000);
    const values = read(topic);
    await waitFor(() => values.length > 0, { what: 'the last to be read', timeoutMs: 60_000 });
    expect(values).toEqual(['a']);
  },
  timeoutMs,
);

test(
  'an answer that is not accepted is not committed',
  async () => {
    const topic = await createTestTopic(kafka, 1);
    const raw = kafka.producer({ transactionalId: topic, maxInFlightRequests: 1 });
    await raw.connect();
    closers.push(() => raw.disconnect());
    const write = await writeInTransactions(raw);
    const request = { acks: -1, topicMessages: [{ topic, messages: [{ value: 'in doubt' }] }] };
    const refuse = () => {
      throw new Error('not accepted');
    };
    await expect(write(request, refuse)).rejects.toThrow('not accepted');
    const next = await open(topic);
    await next.send(batch(topic, 'a'), 5_000);
    const values = read(topic);
    await waitFor(() => values.length > 0, { what: 'the last to be read', timeoutMs: 60_000 });
    expect(values).toEqual(['a']);
  },
  timeoutMs,
);
