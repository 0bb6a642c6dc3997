import type { Kafka } from '#platform/messaging/kafka/client.ts';

/** What kafkajs reports about one partition of a request. */
export interface PartitionAnswer {
  topicName: string;
  partition: number;
  errorCode?: number;
  baseOffset?: string;
}

/**
 * A client whose producer answers as kafkajs does after a leader change, which the tests cannot cause on a real
 * broker.
 */
export const kafkaThatAnswers = (answer: readonly PartitionAnswer[]): Kafka =>
  ({
    producer: () => ({
      connect: () => Promise.resolve(),
      sendBatch: () => Promise.resolve(answer),
      disconnect: () => Promise.resolve(),
    }),
  }) as unknown as Kafka;
