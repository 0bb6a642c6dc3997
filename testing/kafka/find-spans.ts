import { AppError } from '#platform/base/errors.ts';
import type { Kafka } from '#platform/messaging/kafka/client.ts';
import type { Span } from './read-spans.ts';

/** The first offset that a partition still has, and the offset behind its last message. */
export interface Ends {
  partition: number;
  low: bigint;
  high: bigint;
}

/**
 * Loads where the partitions of a topic begin and end now. Fails with a readable message when there is no such topic.
 */
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

/** The ranges to read: all that topics still have, or so many of the latest messages of each partition. */
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
