import { randomUUID } from 'node:crypto';
import type { EachMessagePayload } from 'kafkajs';
import { eventHeader } from '#platform/messaging/event.ts';
import { createKafka } from '#platform/messaging/kafka/client.ts';
import { createLogger } from '#platform/base/logger.ts';

export interface ReadMessage {
  key: string;
  id: string;
  sequence: number;
  headers: Record<string, string>;
  value: Buffer;
}

/** Reads a topic from its beginning to its present end, with all headers. */
export const readMessages = async (brokers: string, topic: string): Promise<ReadMessage[]> => {
  const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });
  const options = { clientId: 'test', logger, requestTimeoutMs: 10_000 };
  const kafka = createKafka({ brokers: [brokers], ...options });
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const open = new Map(
    offsets
      .filter(({ high }) => high !== '0')
      .map(({ partition, high }) => [partition, BigInt(high) - 1n]),
  );
  const messages: ReadMessage[] = [];
  const consumer = kafka.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    if (open.size === 0) resolve();
    const eachMessage = ({ partition, message }: EachMessagePayload): Promise<void> => {
      messages.push(toMessage(message));
      if (BigInt(message.offset) >= (open.get(partition) ?? 0n)) open.delete(partition);
      if (open.size === 0) resolve();
      return Promise.resolve();
    };
    consumer.run({ eachMessage }).catch(reject);
  });
  await consumer.disconnect();
  return messages;
};

const toMessage = ({ key, headers, value }: EachMessagePayload['message']): ReadMessage => {
  const texts = Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]),
  );
  return {
    key: String(key),
    id: texts[eventHeader.id] ?? '',
    sequence: Number(texts[eventHeader.sequence]),
    headers: texts,
    value: value ?? Buffer.alloc(0),
  };
};
