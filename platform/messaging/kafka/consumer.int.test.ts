import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { createTestKafka, createTestTopic } from '../../../testing/kafka-topic.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import type { Assignment, ConsumerOptions } from './consumer-options.ts';
import { startConsumer, type Consumer } from './consumer.ts';
import { openProducer } from './producer.ts';

const timeoutMs = 600_000;
const kafka = createTestKafka(process.env['TEST_KAFKA_BROKERS']!);
const started: Consumer[] = [];
const patience = { timeoutMs: 60_000 };

const start = (options: Pick<ConsumerOptions, 'topics' | 'handle'> & Partial<ConsumerOptions>) => {
  const logger = pino({ level: 'silent' });
  const consumer = startConsumer({ kafka, groupId: randomUUID(), logger, ...options });
  started.push(consumer);
  return consumer;
};

afterEach(async () => {
  await Promise.all(started.splice(0).map((consumer) => consumer.stop()));
});

const produce = async (topic: string, partition: number, values: string[]): Promise<void> => {
  const producer = await openProducer({ kafka, deadlineMs: 60_000 });
  const messages = values.map((value) => ({ key: 'k', value, headers: {} }));
  await producer.send([{ topic, partition, messages }], 60_000);
  await producer.close(2_000);
};

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, n) => String(from + n));

test(
  'a new group reads from the beginning, and the next member goes on after the last handled',
  async () => {
    const topic = await createTestTopic(kafka, 1);
    const groupId = topic;
    await produce(topic, 0, numbers(1, 50));
    const first: string[] = [];
    const one = start({
      topics: [topic],
      groupId,
      handle: ([message]) => void first.push(String(message?.value)),
    });
    await waitFor(() => first.length === 50, { what: '50 messages', ...patience });
    await one.stop();
    expect(one.isReady()).toBe(false);
    await produce(topic, 0, numbers(51, 60));
    const second: string[] = [];
    start({
      topics: [topic],
      groupId,
      handle: ([message]) => void second.push(String(message?.value)),
    });
    await waitFor(() => second.length >= 10, { what: '10 messages', ...patience });
    expect([first, second]).toEqual([numbers(1, 50), numbers(51, 60)]);
  },
  timeoutMs,
);

test(
  'a stop in the middle of a batch commits what was handled, and only that',
  async () => {
    const topic = await createTestTopic(kafka, 1);
    await produce(topic, 0, numbers(1, 100));
    const first: string[] = [];
    let stopped: Promise<void> | undefined;
    const one = start({
      topics: [topic],
      groupId: topic,
      maxMessages: 10,
      handle: (messages) => {
        first.push(...messages.map(({ value }) => String(value)));
        if (first.length === 30) stopped = one.stop();
      },
    });
    await waitFor(() => stopped !== undefined, { what: 'the stop', ...patience });
    await stopped;
    expect(first).toEqual(numbers(1, 30));
    const second: string[] = [];
    start({
      topics: [topic],
      groupId: topic,
      maxMessages: 100,
      handle: (messages) => void second.push(...messages.map(({ value }) => String(value))),
    });
    await waitFor(() => second.length >= 70, { what: 'the other 70', ...patience });
    expect(second).toEqual(numbers(31, 100));
  },
  timeoutMs,
);

test(
  'what fails comes again in order, and only its own partition waits',
  async () => {
    const topic = await createTestTopic(kafka, 2);
    await produce(topic, 0, numbers(1, 5));
    await produce(topic, 1, numbers(1, 5));
    const handled: string[][] = [[], []];
    let attempts = 0;
    let otherWasDoneAtAttempt = 0;
    start({
      topics: [topic],
      handle: ([message]) => {
        const { partition, value } = message!;
        if (partition === 0 && String(value) === '3' && (attempts += 1) < 4)
          throw new Error('not yet');
        handled[partition]!.push(String(value));
        if (handled[1]!.length === 5) otherWasDoneAtAttempt ||= attempts;
      },
    });
    await waitFor(() => handled[0]!.length === 5, { what: 'the held partition', ...patience });
    expect(handled).toEqual([numbers(1, 5), numbers(1, 5)]);
    expect(attempts).toBe(4);
    expect(otherWasDoneAtAttempt).toBeLessThan(4);
  },
  timeoutMs,
);

test(
  'work that takes longer than the session keeps its partition',
  async () => {
    const topic = await createTestTopic(kafka, 1);
    await produce(topic, 0, ['slow', 'next']);
    const handled: string[] = [];
    const assignments: (Assignment | undefined)[] = [];
    start({
      topics: [topic],
      sessionTimeoutMs: 6_000,
      heartbeatIntervalMs: 500,
      onAssignment: (assignment) => assignments.push(assignment),
      handle: async ([message]) => {
        const value = String(message?.value);
        if (value === 'slow') await waitMs(9_000);
        handled.push(value);
      },
    });
    await waitFor(() => handled.length >= 2, { what: 'both messages', ...patience });
    expect(handled).toEqual(['slow', 'next']);
    expect(assignments).toHaveLength(1);
  },
  timeoutMs,
);

/** Waits for a fixed time, because the tests that use it are about what happens, or does not, while time passes. */
const waitMs = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test(
  'a member that keeps its partition is not told to forget it; one that gets it is',
  async () => {
    const topic = await createTestTopic(kafka, 2);
    const heard: Record<string, Assignment[]> = { one: [], two: [] };
    const member = (name: string) =>
      start({
        topics: [topic],
        groupId: topic,
        handle: () => undefined,
        onAssignment: (assignment) => assignment && heard[name]!.push(assignment),
      });
    member('one');
    await waitFor(() => heard['one']!.at(-1)?.partitions.length === 2, {
      what: 'both',
      ...patience,
    });
    expect(heard['one']!.at(-1)!.gained).toHaveLength(2);
    const two = member('two');
    await waitFor(() => heard['two']!.at(-1)?.partitions.length === 1, {
      what: 'one',
      ...patience,
    });
    await waitFor(() => heard['one']!.at(-1)?.partitions.length === 1, {
      what: 'one',
      ...patience,
    });
    expect(heard['one']!.at(-1)!.gained).toEqual([]);
    const given = heard['two']!.at(-1)!.partitions;
    await two.stop();
    await waitFor(() => heard['one']!.at(-1)?.partitions.length === 2, {
      what: 'both',
      ...patience,
    });
    expect(heard['one']!.at(-1)!.gained).toEqual(given);
  },
  timeoutMs,
);

test.each([0, 20, 100, 300])(
  'a stop %i ms after the start leaves nobody behind',
  async (ms) => {
    const topic = await createTestTopic(kafka, 1);
    const early = start({ topics: [topic], groupId: topic, handle: () => undefined });
    await waitMs(ms);
    await early.stop();
    const admin = kafka.admin();
    await admin.connect();
    const { groups } = await admin.describeGroups([topic]);
    await admin.disconnect();
    expect(groups[0]?.members).toEqual([]);
  },
  timeoutMs,
);

test(
  'what was handled may be told together: in time while it runs, and all of it at a stop',
  async () => {
    const topic = await createTestTopic(kafka, 1);
    const told = async () => {
      const admin = kafka.admin();
      await admin.connect();
      const [offsets] = await admin.fetchOffsets({ groupId: topic, topics: [topic] });
      await admin.disconnect();
      return offsets?.partitions[0]?.offset;
    };
    const handled: string[] = [];
    const member = (commitIntervalMs: number) =>
      start({
        topics: [topic],
        groupId: topic,
        commitIntervalMs,
        handle: ([message]) => void handled.push(String(message?.value)),
      });
    await produce(topic, 0, numbers(1, 30));
    const one = member(100);
    await waitFor(async () => (await told()) === '30', { what: 'the offset', ...patience });
    await one.stop();
    const two = member(100_000);
    await produce(topic, 0, numbers(31, 60));
    await waitFor(() => handled.length === 60, { what: '60 messages', ...patience });
    expect(await told()).toBe('30');
    await two.stop();
    expect(await told()).toBe('60');
  },
  timeoutMs,
);
