import { ShipAssembledSchema } from '#gen/assembly/v1/events_pb.ts';
import type { Transaction } from '#platform/database/transaction.ts';
import type { InboxConsumer } from '#platform/messaging/inbox/consumer.ts';
import { inboxConsumer } from '#platform/messaging/inbox/start-inbox.ts';

export interface ShipAssembledParts {
  group: string;
  topic: string;
  retry: InboxConsumer['retry'];
  assembleOrders: (tx: Transaction, orderIds: readonly string[]) => Promise<void>;
  /** Called after each commit. */
  afterCommit: () => void;
}

/** Creates the consumer of ShipAssembled events. */
export const shipAssembledConsumer = ({
  group,
  topic,
  assembleOrders,
  ...others
}: ShipAssembledParts): InboxConsumer =>
  inboxConsumer({
    ...others,
    name: group,
    topic,
    message: ShipAssembledSchema,
    deadLetterTopic: `${topic}.dlq`,
    whenExhausted: 'skip',
    handle: (tx, events) =>
      assembleOrders(tx, [...new Set(events.map(({ event }) => event.orderId.toLowerCase()))]),
  });
