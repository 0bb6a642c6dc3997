import { randomUUID } from 'node:crypto';
import { type Kafka, type EachBatchPayload } from 'kafkajs';
import { eventHeader } from '#platform/event.ts';
import { createKafka } from '#platform/kafka/client.ts';
import { createLogger } from '#platform/logger.ts';
import type { Delivery } from './deliveries.ts';

/** Reads a topic from its beginning to what is its end now, each partition in offset order. */
export const readTopic = async (brokers: string, topic: string): Promise<Delivery[]> => {
  const logger = createLogger({ service: 'checker', level: 'silent', format: 'json' });
  const kafka = createKafka({
    brokers: [brokers],
    clientId: 'checker',
    logger,
    requestTimeoutMs: 10_000,
  });
  const ends = await findEnds(kafka, topic);
  const deliveries: Delivery[] = [];
  if ([...ends.values()].every((end) => end === 0n)) return deliveries;
  const consumer = kafka.consumer({ groupId: `checker-${randomUUID()}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const open = new Set([...ends].filter(([, end]) => end > 0n).map(([partition]) => partition));
    // a crash that kafkajs mends by itself, e.g. a coordinator that is still loading, is none
    consumer.on('consumer.crash', ({ payload }) => {
      if (!payload.restart) reject(payload.error);
    });
    consumer
      .run({
        eachBatch: ({ batch }: EachBatchPayload) => {
          for (const message of batch.messages)
            deliveries.push(toDelivery(batch.partition, message));
          const end = ends.get(batch.partition) ?? 0n;
          if (BigInt(batch.lastOffset()) >= end - 1n) open.delete(batch.partition);
          if (open.size === 0) resolve();
          return Promise.resolve();
        },
      })
      .catch(() => undefined);
  });
  await consumer.disconnect();
  return deliveries;
};

const findEnds = async (kafka: Kafka, topic: string): Promise<Map<number, bigint>> => {
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  return new Map(offsets.map(({ partition, high }) => [partition, BigInt(high)]));
};

const toDelivery = (
  partition: number,
  message: EachBatchPayload['batch']['messages'][number],
): Delivery => ({
  partition,
  offset: BigInt(message.offset),
  key: message.key?.toString() ?? '',
  id: message.headers?.[eventHeader.id]?.toString() ?? '',
  sequence: Number(message.headers?.[eventHeader.sequence]?.toString()),
  timestampMs: Number(message.timestamp),
});
