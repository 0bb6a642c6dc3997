import type { InboxParts } from '#platform/messaging/inbox/parts.ts';
import { startInbox, type Inbox } from '#platform/messaging/inbox/start-inbox.ts';
import { createReaderKafka } from '#platform/messaging/kafka/reader-client.ts';
import type { Config } from './config.ts';
import { shipAssembledConsumer } from './events/ship-assembled.ts';
import { lockOrders } from './store/orders.ts';
import { saveAssembled } from './store/save-assembled.ts';
import { assembleOrders } from './usecases/assemble-orders.ts';

export interface AssembledShipsParts extends Omit<InboxParts, 'kafka' | 'sessionTimeoutMs'> {
  config: Config;
  afterCommit: () => void;
}

/** Moves an order on when its ship is built, in the transaction that remembers the event. */
export const startAssembledShips = async (parts: AssembledShipsParts): Promise<Inbox> => {
  const { config, schema, logger, afterCommit } = parts;
  const kafka = await createReaderKafka(config, { clientId: schema, logger });
  const consumer = shipAssembledConsumer({
    group: config.KAFKA_ORDER_CONSUMER_GROUP_ID,
    topic: config.KAFKA_ORDER_ASSEMBLY_COMPLETED_TOPIC,
    retry: {
      attempts: config.KAFKA_RETRY_MAX_ATTEMPTS,
      baseMs: config.KAFKA_RETRY_BACKOFF_BASE,
    },
    assembleOrders: ({ client }, orderIds) =>
      assembleOrders({
        now: parts.pool.clock.now,
        lockOrders: lockOrders(client),
        saveAssembled: saveAssembled(client),
      })(orderIds),
    afterCommit,
  });
  return startInbox({ ...parts, kafka, sessionTimeoutMs: config.SESSION_TIMEOUT_MS }, [consumer]);
};
