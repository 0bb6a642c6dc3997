import { zstdCompressSync } from 'node:zlib';
import { ConfigResourceTypes } from 'kafkajs';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { breakBatch } from '../../../testing/break-batch.ts';
import { deleteRecordsBelow } from '../../../testing/delete-records.ts';
import { createTestKafka, createTestTopic } from '../../../testing/kafka-topic.ts';
import { batchField, withCrc } from '../../../testing/record-batch.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import type { ConsumerOptions } from './consumer-options.ts';
import { startConsumer, type Consumer } from './consumer.ts';
import { groupCheck } from './group-check.ts';
import { createHoldMetrics } from './hold-metrics.ts';
import { openProducer } from './producer.ts';

const timeoutMs = 600_000;
const patience = { timeoutMs: 60_000 };
const kafka = createTestKafka(process.env['TEST_KAFKA_BROKERS']!);
const admin = kafka.admin();
const started: Consumer[] = [];

beforeAll(() => admin.connect());
afterEach(async () => {
  await Promise.all(started.splice(0).map((consumer) => consumer.stop()));
});
afterAll(() => admin.disconnect());

interface Heard {
  consumer: Consumer;
  values: string[][];
  lines: Record<string, unknown>[];
  lag: Map<number, number>;
  registry: Registry;
}

const start = (topic: string, options: Partial<ConsumerOptions> = {}): Heard => {
  const [values, lines, lag]: [string[][], Record<string, unknown>[], Map<number, number>] = [
    [[], [], []],
    [],
    new Map(),
  ];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const registry = new Registry();
  const consumer = startConsumer({
    kafka,
    groupId: topic,
    topics: [topic],
    logger: pino({ level: 'info' }, { write }),
    handle: ([message]) => void values[message!.partition]!.push(String(message!.value)),
    onLag: ({ partition }, messages) => lag.set(partition, messages),
    ...createHoldMetrics(registry)(topic),
    ...options,
  });
  started.push(consumer);
  return { consumer, values, lines, lag, registry };
};

const produce = async (topic: string, partition: number, values: string[]): Promise<void> => {
  const producer = await openProducer({ kafka, deadlineMs: 60_000 });
  // Each value is sent in a batch of its own.
  for (const value of values) {
    const messages = [{ key: 'k', value, headers: { h: 'v' } }];
    await producer.send([{ topic, partition, messages }], 60_000);
  }
  await producer.close(2_000);
};

const deleteBelow = (topic: string, partition: number, offset: number) =>
  deleteRecordsBelow(kafka, { topic, partition }, offset);

test.each(['gzip', 'snappy', 'lz4', 'zstd'])(
  'what the broker compresses with %s is read',
  async (compression) => {
    const topic = await createTestTopic(kafka, 1);
    const configEntries = [{ name: 'compression.type', value: compression }];
    const resource = { type: ConfigResourceTypes.TOPIC, name: topic, configEntries };
    await admin.alterConfigs({ validateOnly: false, resources: [resource] });
    const long = Array.from({ length: 5_000 }, (_, i) => `${i * i} `).join('');
    await produce(topic, 0, ['a', long, '']);
    const { values } = start(topic);
    await waitFor(() => values[0]!.length === 3, { what: 'the messages', ...patience });
    expect(values[0]).toEqual(['a', long, '']);
  },
  timeoutMs,
);

const isHeld = ({ consumer }: Heard) => consumer.held().length > 0;
const unknownCodec = (batch: Buffer) =>
  withCrc(batch.fill(6, batchField.attributes + 1, batchField.attributes + 2));

test(
  'a broken batch holds its partition alone, is named, and is passed when its records are deleted',
  async () => {
    const topic = await createTestTopic(kafka, 3);
    await produce(topic, 0, ['1', '2', '3']);
    await breakBatch({ topic, partition: 0 }, 1n, unknownCodec);
    await produce(topic, 1, ['1']);
    const heard = start(topic);
    const { consumer, values, lines, lag, registry } = heard;
    await waitFor(() => isHeld(heard) && values[1]!.length === 1, {
      what: 'the hold',
      ...patience,
    });
    // New messages of other partitions are read meanwhile, also over the connection that fetches both.
    for (const round of [2, 3, 4]) {
      await produce(topic, 1, [String(round)]);
      await waitFor(() => values[1]!.length === round, { what: 'the others', ...patience });
    }
    const cause =
      'the messages from offset 1 to 1 cannot be read: the batch is compressed with an unknown codec, 6';
    expect(values[0]).toEqual(['1']);
    expect(consumer.isReady()).toBe(true);
    await expect(groupCheck(consumer)()).rejects.toThrow(
      `partition 0 of ${topic} is held at offset 1: ${cause}`,
    );
    expect(await registry.metrics()).toContain(
      `kafka_partition_held{group="${topic}",topic="${topic}",partition="0"} 1`,
    );
    expect(lag.get(0)).toBe(2);
    const held = lines.filter(({ msg }) => String(msg).startsWith('partition is held'));
    expect(held[0]).toMatchObject({
      topic,
      partition: 0,
      offset: 1,
      msg: expect.stringContaining(cause),
    });
    expect(lines.filter(({ msg }) => String(msg).includes('building a new one'))).toEqual([]);

    await deleteBelow(topic, 0, 2);
    await waitFor(() => values[0]!.length === 2, { what: 'what is behind it', ...patience });
    expect(values[0]).toEqual(['1', '3']);
    await waitFor(() => !isHeld(heard), { what: 'the release', ...patience });
    await groupCheck(consumer)();
    const metrics = await registry.metrics();
    expect(metrics).not.toContain('kafka_partition_held{');
    expect(metrics).toContain(
      `kafka_missing_offsets_total{group="${topic}",topic="${topic}",partition="0"} 1`,
    );
    expect(lines.find(({ missing }) => missing === 1)).toMatchObject({
      msg: '1 offsets are missing: the broker has deleted those from 1 to 1; going on after them',
    });
  },
  timeoutMs,
);

test(
  'joining again is no progress: the wait grows through it',
  async () => {
    const topic = await createTestTopic(kafka, 2);
    await produce(topic, 0, ['1']);
    await breakBatch({ topic, partition: 0 }, 0n, (batch) => batch.fill(0, batch.length - 1));
    const one = start(topic);
    const attempts = () => Math.max(0, ...one.consumer.held().map(({ attempt }) => attempt));
    await waitFor(() => attempts() >= 4, { what: 'four tries', ...patience });
    let joined = 0;
    const two = start(topic, { onAssignment: (assignment) => void (joined += assignment ? 1 : 0) });
    await waitFor(() => joined > 0, { what: 'the other member', ...patience });
    await two.consumer.stop();
    if (attempts() > 0) expect(attempts()).toBeGreaterThanOrEqual(4);
    await waitFor(() => isHeld(one), { what: 'it is held again', ...patience });
  },
  timeoutMs,
);

test(
  'a bomb is a broken batch',
  async () => {
    const topic = await createTestTopic(kafka, 1);
    const zeros = Buffer.alloc(100_000_000);
    const packed = zstdCompressSync(zeros);
    await produce(topic, 0, ['x'.repeat(packed.length + 100)]);
    await breakBatch({ topic, partition: 0 }, 0n, (batch) => {
      packed.copy(batch, batchField.records);
      batch.writeInt16BE(4, batchField.attributes);
      // The rest of the batch becomes a skippable frame of zstd.
      const rest = batch.subarray(batchField.records + packed.length);
      rest.writeUInt32LE(0x184d2a50, 0);
      rest.writeUInt32LE(rest.length - 8, 4);
      withCrc(batch);
    });
    const heard = start(topic);
    await waitFor(() => isHeld(heard), { what: 'the hold', ...patience });
    expect(heard.consumer.held()[0]!.cause).toMatch(
      /cannot be decompressed: .*larger than 67108864/,
    );
  },
  timeoutMs,
);

test(
  'what retention deleted before it was read is counted, and the rest is read',
  async () => {
    const topic = await createTestTopic(kafka, 1);
    await produce(topic, 0, ['1', '2']);
    const first = start(topic);
    await waitFor(() => first.values[0]!.length === 2, { what: 'the first', ...patience });
    await first.consumer.stop();
    await produce(topic, 0, ['3', '4', '5', '6']);
    await deleteBelow(topic, 0, 5);
    const second = start(topic);
    await waitFor(() => second.values[0]!.length === 1, { what: 'the rest', ...patience });
    expect(second.values[0]).toEqual(['6']);
    expect(second.lines.find(({ missing }) => missing !== undefined)).toMatchObject({
      missing: 3,
      offset: 2,
      goes_on_at: 5,
    });
  },
  timeoutMs,
);

test(
  'a topic that is deleted and made anew is read from its beginning, though it has grown longer',
  async () => {
    const topic = await createTestTopic(kafka, 1);
    await produce(topic, 0, ['1', '2']);
    const heard = start(topic);
    await waitFor(() => heard.values[0]!.length === 2, { what: 'the old', ...patience });
    await admin.deleteTopics({ topics: [topic] });
    await waitFor(() => isHeld(heard) || !heard.consumer.isReady(), {
      what: 'it notices',
      ...patience,
    });
    await waitFor(
      () =>
        admin
          .createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true })
          .catch(() => false),
      { what: 'the new topic', ...patience },
    );
    await produce(topic, 0, ['a', 'b', 'c', 'd']);
    await waitFor(() => heard.values[0]!.length >= 6, { what: 'the new', ...patience });
    expect(heard.values[0]).toEqual(['1', '2', 'a', 'b', 'c', 'd']);
  },
  timeoutMs,
);
