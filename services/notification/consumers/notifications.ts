import { ShipAssembledSchema } from '#gen/assembly/v1/events_pb.ts';
import { OrderPaidSchema } from '#gen/order/v1/events_pb.ts';
import type { InboxConsumer } from '#platform/messaging/inbox/consumer.ts';
import { inboxConsumer } from '#platform/messaging/inbox/start-inbox.ts';
import { deadLetterTopicOf } from '#platform/messaging/topics.ts';
import type { Config } from '../config.ts';
import { assembledMessage, paidMessage } from '../domain/templates.ts';
import { toPaidOrder } from '../events/order-paid.ts';
import type { Message } from '../domain/message.ts';
import { service } from '../service.ts';

/** Where messages are sent to. */
export interface Channel {
  /** Resolves when the message has been sent. */
  send: (message: Message) => Promise<void>;
  /** For how many events messages are sent in one transaction; when it fails, all of them are sent again. */
  maxBatchSize: number;
}

/** Sends one message per event of two topics, in the transaction that records the event in the inbox. */
export const createConsumers = (config: Config, channel: Channel): InboxConsumer[] => {
  // one after the other; the first failure ends the batch
  const tell = async (messages: readonly Message[]) => {
    for (const message of messages) await channel.send(message);
  };
  const common = {
    maxBatchSize: channel.maxBatchSize,
    deadLetterTopic: deadLetterTopicOf(service.name),
    whenExhausted: 'skip' as const,
    retry: {
      attempts: config.NOTIFICATION_KAFKA_RETRY_MAX_ATTEMPTS,
      baseMs: config.NOTIFICATION_KAFKA_RETRY_BACKOFF_BASE,
    },
  };
  return [
    inboxConsumer({
      ...common,
      name: config.KAFKA_NOTIFICATION_PAYMENT_GROUP_ID,
      topic: config.KAFKA_ORDER_PAYMENT_COMPLETED_TOPIC,
      message: OrderPaidSchema,
      handle: (_, events) => tell(events.map(({ event }) => paidMessage(toPaidOrder(event)))),
    }),
    inboxConsumer({
      ...common,
      name: config.KAFKA_NOTIFICATION_ASSEMBLY_GROUP_ID,
      topic: config.KAFKA_ORDER_ASSEMBLY_COMPLETED_TOPIC,
      message: ShipAssembledSchema,
      handle: (_, events) => tell(events.map(({ event }) => assembledMessage(event))),
    }),
  ];
};
