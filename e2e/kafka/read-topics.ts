import { randomUUID } from 'node:crypto';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { Kafka } from '#platform/kafka/client.ts';
import { toReceivedMessage, type ReceivedMessage } from '#platform/kafka/message.ts';

export interface ReadTopics {
  kafka: Kafka;
  topics: readonly string[];
  /** Begin with so many of the latest messages, oldest first; absent: with all, partition by partition. */
  last?: number | undefined;
  /** Ends the reading. */
  signal: AbortSignal;
  onMessage: (message: ReceivedMessage) => void;
  /** Told once, when everything that was there at the start has been told. */
  onCaughtUp: () => void;
}

/** Reads topics, and then follows them until the signal aborts. Changes no group's offsets. */
export const readTopics = async (options: ReadTopics): Promise<void> => {
  const { kafka, topics, last, signal } = options;
  const spans = await findSpans(kafka, topics, last);
  const consumer = kafka.consumer({ groupId: `reader-${randomUUID()}`, maxWaitTimeInMs: 200 });
  const ended = Promise.withResolvers<undefined>();
  signal.addEventListener('abort', () => ended.resolve(undefined), { once: true });
  consumer.on('consumer.crash', ({ payload }) => {
    if (!payload.restart) ended.reject(payload.error);
  });
  const note = tellInOrder(spans, options);
  const eachBatch = ({ batch }: EachBatchPayload): Promise<void> => {
    const span = spans.find((one) => isOf(one, batch));
    if (span === undefined || signal.aborted) return Promise.resolve();
    const messages = batch.messages
      .map((message) => toReceivedMessage(batch, message))
      // what is fetched before the seek takes effect
      .filter(({ offset }) => offset >= span.next);
    const behind = BigInt(batch.lastOffset()) + 1n;
    if (behind > span.next) span.next = behind;
    note(messages);
    return Promise.resolve();
  };
  note([]);
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatch });
    seekTo(spans, consumer);
    if (!signal.aborted) await ended.promise;
  } finally {
    await consumer.disconnect().catch(() => undefined);
  }
};

interface Span {
  topic: string;
  partition: number;
  next: bigint;
  /** Where the partition ended when the reading began. */
  end: bigint;
}

const isOf = (span: Span, { topic, partition }: { topic: string; partition: number }): boolean =>
  span.topic === topic && span.partition === partition;

const findSpans = async (
  kafka: Kafka,
  topics: readonly string[],
  last: number | undefined,
): Promise<Span[]> => {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const all = topics.map(async (topic) =>
      (await admin.fetchTopicOffsets(topic)).map(({ partition, low, high }) => {
        const [first, end] = [BigInt(low), BigInt(high)];
        const wanted = last === undefined ? first : end - BigInt(last);
        return { topic, partition, next: wanted > first ? wanted : first, end };
      }),
    );
    return (await Promise.all(all)).flat();
  } finally {
    await admin.disconnect();
  }
};

const seekTo = (spans: readonly Span[], consumer: Consumer): void => {
  for (const { topic, partition, next } of spans)
    consumer.seek({ topic, partition, offset: next.toString() });
};

/** Partitions come one by one: the latest of all are known when each has been read. */
const tellInOrder = (
  spans: readonly Span[],
  { last, onMessage, onCaughtUp }: ReadTopics,
): ((messages: readonly ReceivedMessage[]) => void) => {
  const held: ReceivedMessage[] = [];
  let isCaughtUp = false;
  return (messages) => {
    if (isCaughtUp || last === undefined) messages.forEach(onMessage);
    else held.push(...messages);
    if (isCaughtUp || spans.some(({ next, end }) => next < end)) return;
    isCaughtUp = true;
    held.sort((a, b) => a.timestampMs - b.timestampMs);
    if (last !== undefined) held.slice(-last).forEach(onMessage);
    onCaughtUp();
  };
};
