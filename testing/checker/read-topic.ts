import type { KafkaMessage } from 'kafkajs';
import { z } from 'zod';
import { eventHeader } from '#platform/messaging/event.ts';
import { loadConfig } from '#platform/base/config.ts';
import { createKafka, type Kafka } from '#platform/messaging/kafka/client.ts';
import { kafkaSettings, loadKafkaSecurity } from '#platform/messaging/kafka/security.ts';
import { toReceivedMessage } from '#platform/messaging/kafka/message.ts';
import { createLogger } from '#platform/base/logger.ts';
import { loadEnds } from '../kafka/find-spans.ts';
import { readSpans, type Span, type Unreadable } from '../kafka/read-spans.ts';
import type { Delivery } from './deliveries.ts';

/** For each partition, the next offset to read. */
export type Positions = Map<number, bigint>;

export interface ReadOn {
  brokers: string;
  topic: string;
  /** Where to begin reading; advanced with each message. */
  positions: Positions;
  onDelivery: (delivery: Delivery) => void;
  /** Called for a message that no outbox can have sent, because it has no key, id or sequence. */
  onForeign?: (place: { partition: number; offset: bigint }) => void;
  /** Called for a range that cannot be read and is skipped. */
  onUnreadable?: (part: Unreadable) => void;
  /** Called with the first offset of a partition when retention has deleted what was before it. */
  onDeleted?: (partition: number, before: bigint) => void;
}

/** Reads a topic from its beginning to its present end, each partition in offset order. */
export const readTopic = async (brokers: string, topic: string): Promise<Delivery[]> => {
  const deliveries: Delivery[] = [];
  const onDelivery = (delivery: Delivery) => void deliveries.push(delivery);
  await readOn({ brokers, topic, positions: new Map(), onDelivery });
  return deliveries;
};

/** Reads from the positions to the present end. After a failure it can be called again. */
export const readOn = async (options: ReadOn): Promise<void> => {
  const { topic, positions, onDelivery, onForeign, onUnreadable, onDeleted } = options;
  const kafka = await connectAsConfigured(options.brokers);
  const spans: Span[] = [];
  for (const { partition, low, high } of await loadEnds(kafka, topic)) {
    if (low > 0n) onDeleted?.(partition, low);
    const known = positions.get(partition) ?? 0n;
    spans.push({ topic, partition, next: known > low ? known : low, end: high });
  }
  const enough = new AbortController();
  const endWhenRead = (): void => {
    for (const { partition, next } of spans) positions.set(partition, next);
    if (spans.every(({ next, end }) => next >= end)) enough.abort();
  };
  endWhenRead();
  if (enough.signal.aborted) return;
  await readSpans({
    kafka,
    spans,
    signal: enough.signal,
    onMoved: endWhenRead,
    onUnreadable: (part) => onUnreadable?.(part),
    onMessages: ({ partition }, messages) => {
      for (const message of messages) {
        const delivery = toDelivery(partition, message);
        if (delivery === undefined) onForeign?.({ partition, offset: BigInt(message.offset) });
        else onDelivery(delivery);
      }
    },
  });
};

/** Connects with the services' Kafka settings, to the given brokers. */
const connectAsConfigured = async (brokers: string): Promise<Kafka> => {
  const settings = loadConfig(z.object(kafkaSettings), { ...process.env, KAFKA_BROKERS: brokers });
  return createKafka({
    security: await loadKafkaSecurity(settings),
    brokers: settings.KAFKA_BROKERS,
    clientId: 'checker',
    logger: createLogger({ service: 'checker', level: 'silent', format: 'json' }),
    requestTimeoutMs: 10_000,
  });
};

const isSequence = /^[1-9]\d{0,15}$/;

/** Returns undefined for a message that no outbox can have sent. */
const toDelivery = (partition: number, message: KafkaMessage): Delivery | undefined => {
  const { key, headers, offset, timestampMs } = toReceivedMessage(
    { topic: '', partition },
    message,
  );
  const id = headers[eventHeader.id] ?? '';
  const sequence = headers[eventHeader.sequence] ?? '';
  if (!key || id === '' || !isSequence.test(sequence)) return undefined;
  return {
    partition,
    offset,
    key,
    source: headers[eventHeader.source] ?? '',
    id,
    sequence: Number(sequence),
    timestampMs,
    isRedriven: headers['redriven'] !== undefined,
  };
};
