import { AppError } from '#platform/base/errors.ts';
import type { Kafka } from '#platform/messaging/kafka/client.ts';
import type { Span } from './read-spans.ts';

/** Of a partition: the first offset that is kept, and the one behind the last. */
export interface Ends {
  partition: number;
  low: bigint;
  high: bigint;
}

/** Where the partitions of a topic begin and end now. Says in words when it is not there. */
export const loadEnds = async (kafka: Kafka, topic: string): Promise<Ends[]> => {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(topic);
    return offsets.map(({ partition, low, high }) => ({
      partition,
      low: BigInt(low),
      high: BigInt(high),
    }));
  } catch (cause) {
    throw new AppError('unavailable', 'topic-away', wordsOf(topic, cause as KafkaError), { cause });
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
};

type KafkaError = Error & { type?: string; cause?: KafkaError };

const wordsOf = (topic: string, cause: KafkaError): string =>
  (cause.type ?? cause.cause?.type) === 'UNKNOWN_TOPIC_OR_PARTITION'
    ? `There is no topic ${topic}: node deploy/create-topics.ts makes those of the manifest.`
    : `Kafka does not say where ${topic} ends: ${cause.message}`;

/** What is to be read of topics: all that is kept, or so many of the latest of each partition. */
export const findSpans = async (
  kafka: Kafka,
  topics: readonly string[],
  last: number | undefined,
): Promise<Span[]> => {
  const all = topics.map(async (topic) =>
    (await loadEnds(kafka, topic)).map(({ partition, low, high }) => {
      const wanted = last === undefined ? low : high - BigInt(last);
      return { topic, partition, next: wanted > low ? wanted : low, end: high };
    }),
  );
  return (await Promise.all(all)).flat();
};
