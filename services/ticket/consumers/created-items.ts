import { ItemCreatedSchema } from '#gen/ticket/v1/events_pb.ts';
import type { Transaction } from '#platform/database/transaction.ts';
import type { InboxConsumer } from '#platform/messaging/inbox/consumer.ts';
import type { Config } from '../config.ts';

/**
 * Consumes the service's own events. A real service would act here on another service's events, in the inbox's
 * transaction.
 */
export const createdItems = (
  config: Config,
  markSeen: (tx: Transaction, itemIds: readonly string[]) => Promise<void>,
): InboxConsumer<typeof ItemCreatedSchema> => ({
  name: config.TICKET_GROUP,
  topic: config.TICKET_TOPIC,
  message: ItemCreatedSchema,
  handle: (tx, events) =>
    markSeen(
      tx,
      events.map(({ event }) => event.itemId),
    ),
  deadLetterTopic: `${config.TICKET_TOPIC}.dlq`,
  whenExhausted: 'skip',
  retry: {
    attempts: config.KAFKA_RETRY_MAX_ATTEMPTS,
    baseMs: config.KAFKA_RETRY_BACKOFF_BASE,
  },
});
