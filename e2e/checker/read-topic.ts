import { randomUUID } from 'node:crypto';
import type { Kafka, EachBatchPayload } from 'kafkajs';
import { z } from 'zod';
import { eventHeader } from '#platform/event.ts';
import { loadConfig } from '#platform/config.ts';
import { createKafka } from '#platform/kafka/client.ts';
import { kafkaSettings, loadKafkaSecurity } from '#platform/kafka/security.ts';
import { createLogger } from '#platform/logger.ts';
import type { Delivery } from './deliveries.ts';

/** Per partition, the first offset that has not been read yet. */
export type Positions = Map<number, bigint>;

export interface ReadOn {
  brokers: string;
  topic: string;
  /** Where to begin; moved on with each message. */
  positions: Positions;
  onDelivery: (delivery: Delivery) => void;
}

/** Reads a topic from its beginning to what is its end now, each partition in offset order. */
export const readTopic = async (brokers: string, topic: string): Promise<Delivery[]> => {
  const deliveries: Delivery[] = [];
  const onDelivery = (delivery: Delivery) => void deliveries.push(delivery);
  await readOn({ brokers, topic, positions: new Map(), onDelivery });
  return deliveries;
};

/** Reads from the positions to what is the end now. After a failure it can be called again. */
export const readOn = async (options: ReadOn): Promise<void> => {
  const { brokers, topic, positions: next, onDelivery } = options;
  const logger = createLogger({ service: 'checker', level: 'silent', format: 'json' });
  // as the services are told; their brokers are given
  const settings = loadConfig(z.object(kafkaSettings), { ...process.env, KAFKA_BROKERS: brokers });
  const kafka = createKafka({
    security: await loadKafkaSecurity(settings),
    brokers: settings.KAFKA_BROKERS,
    clientId: 'checker',
    logger,
    requestTimeoutMs: 10_000,
  });
  const ends = await findEnds(kafka, topic);
  const from = new Map(next);
  const isRead = () => [...ends].every(([partition, end]) => (next.get(partition) ?? 0n) >= end);
  if (isRead()) return;
  const consumer = kafka.consumer({ groupId: `checker-${randomUUID()}`, maxWaitTimeInMs: 100 });
  const done = Promise.withResolvers<undefined>();
  // a crash that kafkajs mends by itself, e.g. a coordinator that is still loading, is none
  consumer.on('consumer.crash', ({ payload }) => {
    if (!payload.restart) done.reject(payload.error);
  });
  const eachBatch = ({ batch }: EachBatchPayload) => {
    const { partition } = batch;
    for (const message of batch.messages) {
      // what is fetched before the seek takes effect was read the last time
      if (BigInt(message.offset) < (next.get(partition) ?? 0n)) continue;
      onDelivery(toDelivery(partition, message));
      next.set(partition, BigInt(message.offset) + 1n);
    }
    // what ends a transaction takes an offset too, and is no message
    const behind = BigInt(batch.lastOffset()) + 1n;
    if (behind > (next.get(partition) ?? 0n)) next.set(partition, behind);
    if (isRead()) done.resolve(undefined);
    return Promise.resolve();
  };
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({ eachBatch });
    for (const [partition, offset] of from) {
      if (offset > 0n) consumer.seek({ topic, partition, offset: offset.toString() });
    }
    await done.promise;
  } finally {
    await consumer.disconnect().catch(() => undefined);
  }
};

const findEnds = async (kafka: Kafka, topic: string): Promise<Map<number, bigint>> => {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(topic);
    return new Map(offsets.map(({ partition, high }) => [partition, BigInt(high)]));
  } finally {
    await admin.disconnect();
  }
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
  isRedriven: message.headers?.['redriven'] !== undefined,
});
