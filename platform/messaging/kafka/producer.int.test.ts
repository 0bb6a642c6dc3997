import { ConfigResourceTypes } from 'kafkajs';
import { createTestKafka, createTestTopic } from '../../../testing/kafka-topic.ts';
import { readMessages } from '../../../testing/read-messages.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import { startConsumer } from './consumer.ts';
import type { ReceivedMessage } from './message.ts';
import { openProducer, type OutgoingMessage, type Producer } from './producer.ts';
import type { SendError } from './send-error.ts';
import { pino } from 'pino';

const timeoutMs = 600_000;
const kafka = createTestKafka(process.env['TEST_KAFKA_BROKERS']!);
const opened: Producer[] = [];

const open = async (now?: () => Date): Promise<Producer> => {
  const producer = await openProducer({ kafka, deadlineMs: 60_000, ...(now && { now }) });
  opened.push(producer);
  return producer;
};

afterEach(async () => {
  await Promise.all(opened.splice(0).map((producer) => producer.close(2_000)));
});

const message = (value: string): OutgoingMessage => ({ key: 'k', value, headers: { h: 'é' } });

const rejection = (sent: Promise<unknown>): Promise<SendError> =>
  sent.then(
    () => {
      throw new Error('it was sent');
    },
    (error: unknown) => error as SendError,
  );

test(
  'each partition is acknowledged with the offset of its first message',
  async () => {
    const topic = await createTestTopic(kafka, 2);
    const producer = await open();
    const first = [
      { topic, partition: 0, messages: [message('a'), message('b')] },
      { topic, partition: 1, messages: [message('c')] },
    ];
    expect(await producer.send(first, 60_000)).toEqual([
      { topic, partition: 0, baseOffset: 0n },
      { topic, partition: 1, baseOffset: 0n },
    ]);
    const second = [{ topic, partition: 0, messages: [message('d')] }];
    expect(await producer.send(second, 60_000)).toEqual([{ topic, partition: 0, baseOffset: 2n }]);
  },
  timeoutMs,
);

/** Makes brokers keep the timestamps of producers, as in a topic that was not created by this system. */
const letProducersStamp = async (topic: string): Promise<void> => {
  const admin = kafka.admin();
  await admin.connect();
  const configEntries = [{ name: 'message.timestamp.type', value: 'CreateTime' }];
  const resource = { type: ConfigResourceTypes.TOPIC, name: topic, configEntries };
  await admin.alterConfigs({ validateOnly: false, resources: [resource] });
  await admin.disconnect();
};

test('a message bears the time of the clock that the producer was given', async () => {
  const topic = await createTestTopic(kafka, 1);
  await letProducersStamp(topic);
  const anHourAgo = new Date(Date.now() - 3_600_000);
  const producer = await open(() => anHourAgo);
  await producer.send([{ topic, partition: 0, messages: [message('a'), message('b')] }], 60_000);
  const received = await readMessages(kafka, topic, 2);
  expect(received.map(({ timestampMs }) => timestampMs)).toEqual(
    [anHourAgo, anHourAgo].map(Number),
  );
});

test(
  'a message arrives as it was sent',
  async () => {
    const topic = await createTestTopic(kafka, 1);
    const producer = await open();
    const sent = {
      key: '42',
      value: '{"a": 1}',
      headers: { ce_id: 'ü' },
    };
    await producer.send([{ topic, partition: 0, messages: [sent] }], 60_000);
    const received: ReceivedMessage[] = [];
    const consumer = startConsumer({
      kafka,
      topics: [topic],
      groupId: topic,
      logger: pino({ level: 'silent' }),
      handle: (messages) => void received.push(...messages),
    });
    await waitFor(() => received.length > 0, { what: 'the message', timeoutMs: 60_000 });
    await consumer.stop();
    expect(received).toEqual([
      {
        ...sent,
        topic,
        partition: 0,
        offset: 0n,
        value: Buffer.from(sent.value),
        keyBytes: Buffer.from(sent.key),
        timestampMs: expect.any(Number),
      },
    ]);
  },
  timeoutMs,
);

test.each([
  ['a message that is too large', [message('x'.repeat(2_000_000))], 'message-too-large'],
  ['a header that is not text', [{ ...message('x'), headers: { n: 3 as never } }], 'cannot-encode'],
])(
  '%s is refused and the producer is of no use any more',
  async (_, messages, reason) => {
    const topic = await createTestTopic(kafka, 1);
    const producer = await open();
    const batch = [{ topic, partition: 0, messages }];
    expect(await rejection(producer.send(batch, 60_000))).toMatchObject({
      kind: 'refused',
      reason,
    });
    const good = [{ topic, partition: 0, messages: [message('y')] }];
    await expect(producer.send(good, 60_000)).rejects.toThrow(
      'A producer that is unusable cannot send',
    );
    const next = await open();
    expect(await next.send(good, 60_000)).toEqual([{ topic, partition: 0, baseOffset: 0n }]);
  },
  timeoutMs,
);

test(
  'a name that no topic can have is refused',
  async () => {
    const producer = await open();
    const batch = [{ topic: 'not a name', partition: 0, messages: [message('x')] }];
    expect(await rejection(producer.send(batch, 60_000))).toMatchObject({
      kind: 'refused',
      reason: 'invalid-topic-exception',
    });
  },
  timeoutMs,
);

test(
  'a topic that is not there yet means away: it may come',
  async () => {
    const producer = await open();
    const batch = [{ topic: 'test.never-made', partition: 0, messages: [message('x')] }];
    expect(await rejection(producer.send(batch, 8_000))).toMatchObject({
      kind: 'away',
      reason: 'unknown-topic-or-partition',
    });
  },
  timeoutMs,
);

test(
  'a partition that does not exist is not taken for sent, though kafkajs says so',
  async () => {
    const topic = await createTestTopic(kafka, 1);
    const producer = await open();
    const batch = [
      { topic, partition: 0, messages: [message('x')] },
      { topic, partition: 1, messages: [message('y')] },
    ];
    expect(await rejection(producer.send(batch, 60_000))).toMatchObject({
      kind: 'away',
      reason: 'no-base-offset',
    });
  },
  timeoutMs,
);

test(
  'only one send at a time, and none after closing',
  async () => {
    const topic = await createTestTopic(kafka, 1);
    const producer = await open();
    const batch = [{ topic, partition: 0, messages: [message('x')] }];
    const running = producer.send(batch, 60_000);
    await expect(producer.send(batch, 60_000)).rejects.toThrow('is busy');
    await running;
    await producer.close(2_000);
    await expect(producer.send(batch, 60_000)).rejects.toThrow('is closed');
  },
  timeoutMs,
);

test(
  'opening gives up in time when nobody listens',
  async () => {
    const nobody = createTestKafka('127.0.0.1:1');
    const makeProducer = nobody.producer.bind(nobody);
    let connecting: Promise<unknown> = Promise.resolve();
    nobody.producer = (config) => {
      const producer = makeProducer(config);
      return { ...producer, connect: () => (connecting = producer.connect()) };
    };
    const begun = performance.now();
    const error = await rejection(openProducer({ kafka: nobody, deadlineMs: 400 }));
    expect(error).toMatchObject({ kind: 'away', reason: 'deadline' });
    expect(performance.now() - begun).toBeLessThan(15_000);
    // kafkajs keeps trying for some seconds, during which the process of the test could not end.
    await expect(connecting).rejects.toThrow('ECONNREFUSED');
  },
  timeoutMs,
);
