import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import type { Kafka } from '#platform/messaging/kafka/client.ts';
import { startConsumer } from '#platform/messaging/kafka/consumer.ts';
import type { ReceivedMessage } from '#platform/messaging/kafka/message.ts';
import { waitFor } from './wait-for.ts';

/** Reads the first `count` messages of a topic, waiting until there are so many. */
export const readMessages = async (
  kafka: Kafka,
  topic: string,
  count: number,
): Promise<ReceivedMessage[]> => {
  const messages: ReceivedMessage[] = [];
  const consumer = startConsumer({
    kafka,
    groupId: randomUUID(),
    topics: [topic],
    logger: pino({ level: 'silent' }),
    handle: (some) => void messages.push(...some),
  });
  try {
    await waitFor(() => messages.length >= count, {
      what: `${count} messages`,
      timeoutMs: 240_000,
    });
  } finally {
    await consumer.stop();
  }
  return messages;
};
