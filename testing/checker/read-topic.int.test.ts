import { randomUUID } from 'node:crypto';
import { eventHeader } from '#platform/messaging/event.ts';
import { breakBatch } from '../break-batch.ts';
import { deleteRecordsBelow } from '../delete-records.ts';
import { findFreePort } from '../free-port.ts';
import { createTestKafka, createTestTopic } from '../kafka-topic.ts';
import { waitFor } from '../wait-for.ts';
import { loadEnds } from '../kafka/find-spans.ts';
import type { Unreadable } from '../kafka/read-spans.ts';
import type { Delivery } from './deliveries.ts';
import { readOn } from './read-topic.ts';

const brokers = process.env['TEST_KAFKA_BROKERS']!;
const kafka = createTestKafka(brokers);
const timeoutMs = 600_000;

interface Message {
  key?: string | Buffer | null;
  value?: string | null;
  headers?: Record<string, string | string[]>;
}
const event = (sequence: string): Message => ({
  key: 'k',
  value: '{}',
  headers: { [eventHeader.id]: randomUUID(), [eventHeader.sequence]: sequence },
});

/** Sends each message in a batch of its own. */
const produce = async (topic: string, partition: number, messages: Message[]): Promise<void> => {
  const producer = kafka.producer();
  await producer.connect();
  for (const { value = null, ...rest } of messages)
    await producer.send({ topic, messages: [{ partition, value, ...rest }] });
  await producer.disconnect();
};

/** Runs a transaction that ends by committing or aborting. */
const transact = async (topic: string, end: 'commit' | 'abort'): Promise<void> => {
  const producer = kafka.producer({ transactionalId: topic, maxInFlightRequests: 1 });
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({ topic, messages: [{ partition: 0, ...event('1') } as never] });
  await transaction[end]();
  await producer.disconnect();
};

/** The broker writes the end marker of a transaction after it has answered, so the test waits for it. */
const waitForEnd = (topic: string, end: bigint) =>
  waitFor(async () => (await loadEnds(kafka, topic))[0]?.high === end, {
    what: `the end at ${end}`,
    timeoutMs: 30_000,
  });

const read = async (topic: string, positions = new Map<number, bigint>()) => {
  const [deliveries, foreign, unreadable]: [Delivery[], bigint[], Unreadable[]] = [[], [], []];
  const begins = new Map<number, bigint>();
  await readOn({
    brokers,
    topic,
    positions,
    onDelivery: (delivery) => void deliveries.push(delivery),
    onForeign: ({ offset }) => void foreign.push(offset),
    onUnreadable: (part) => void unreadable.push(part),
    onDeleted: (partition, before) => void begins.set(partition, before),
  });
  return {
    sequences: deliveries.map(({ sequence }) => sequence),
    foreign,
    unreadable,
    begins,
    positions,
  };
};

test(
  'a partition that retention has emptied is read, as is one that it has cut',
  async () => {
    const topic = await createTestTopic(kafka, 3);
    await produce(topic, 0, [event('1'), event('2')]);
    await produce(topic, 1, [event('1'), event('2'), event('3')]);
    await deleteRecordsBelow(kafka, { topic, partition: 0 }, 2);
    await deleteRecordsBelow(kafka, { topic, partition: 1 }, 1);
    const { sequences, begins, positions } = await read(topic);
    expect(sequences).toEqual([2, 3]);
    expect([...begins].sort()).toEqual([
      [0, 2n],
      [1, 1n],
    ]);
    await produce(topic, 1, [event('4')]);
    expect(await read(topic, positions)).toMatchObject({ sequences: [4] });
  },
  timeoutMs,
);

test(
  'a topic may end with what is no message, also where reading goes on',
  async () => {
    const topic = await createTestTopic(kafka, 1);
    await transact(topic, 'commit');
    await waitForEnd(topic, 2n);
    const { sequences, positions } = await read(topic);
    expect(sequences).toEqual([1]);
    await transact(topic, 'abort');
    await waitForEnd(topic, 4n);
    expect(await read(topic, positions)).toMatchObject({
      sequences: [],
      positions: new Map([[0, 4n]]),
    });
  },
  timeoutMs,
);

test(
  'what no outbox can have sent is foreign, whatever it is',
  async () => {
    const topic = await createTestTopic(kafka, 1);
    const odd = ['-1', '0', 'NaN', '1e3', '', '99999999999999999999', '0x10', ' 1'];
    await produce(topic, 0, [
      ...odd.map(event),
      { value: null },
      { key: Buffer.from([0xff, 0]), value: '' },
      { ...event('1'), key: null },
      { key: 'k', headers: { [eventHeader.sequence]: ['1', '2'] } },
      event('1'),
    ]);
    const { sequences, foreign } = await read(topic);
    expect(sequences).toEqual([1]);
    expect(foreign).toHaveLength(odd.length + 4);
  },
  timeoutMs,
);

test(
  'what nobody can read is passed over and told',
  async () => {
    const topic = await createTestTopic(kafka, 2);
    await produce(topic, 0, [event('1'), event('2'), event('3')]);
    await produce(topic, 1, [event('1')]);
    const corrupt = (batch: Buffer) => batch.fill(0, batch.length - 1);
    await breakBatch({ topic, partition: 0 }, 1n, corrupt);
    await breakBatch({ topic, partition: 1 }, 0n, corrupt);
    const { sequences, unreadable } = await read(topic);
    expect(sequences).toEqual([1, 3]);
    const parts = unreadable.map(({ partition, from, to }) => [partition, from, to]);
    expect(parts.sort()).toEqual([
      [0, 1n, 2n],
      [1, 0n, 1n],
    ]);
    expect(unreadable[0]?.cause).toContain('checksum');
  },
  timeoutMs,
);

test(
  'without the topic, and without a broker, it ends in words',
  async () => {
    await expect(read(`test.${randomUUID()}`)).rejects.toThrow(/^There is no topic test\./);
    const nobody = `127.0.0.1:${await findFreePort()}`;
    const options = { brokers: nobody, topic: 't', positions: new Map<number, bigint>() };
    const reading = readOn({ ...options, onDelivery: () => undefined });
    await expect(reading).rejects.toThrow(/^Kafka does not say where t ends: /);
  },
  timeoutMs,
);
