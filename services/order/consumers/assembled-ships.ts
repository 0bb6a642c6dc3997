import type { Pool } from '#platform/database/pool.ts';
import type { InboxConsumer } from '#platform/messaging/inbox/consumer.ts';
import type { Config } from '../config.ts';
import { shipAssembledConsumer } from '../events/ship-assembled.ts';
import { lockOrders } from '../store/orders.ts';
import { saveAssembled } from '../store/save-assembled.ts';
import { assembleOrders } from '../usecases/assemble-orders.ts';

export interface AssembledShipsDeps {
  pool: Pool;
  afterCommit: () => void;
}

/**
 * Marks an order ASSEMBLED when its ship is built, in the transaction that records the event in the inbox.
 */
export const assembledShips = (
  config: Config,
  { pool, afterCommit }: AssembledShipsDeps,
): InboxConsumer =>
  shipAssembledConsumer({
    group: config.KAFKA_ORDER_CONSUMER_GROUP_ID,
    topic: config.KAFKA_ORDER_ASSEMBLY_COMPLETED_TOPIC,
    retry: {
      attempts: config.KAFKA_RETRY_MAX_ATTEMPTS,
      baseMs: config.KAFKA_RETRY_BACKOFF_BASE,
    },
    assembleOrders: (tx, orderIds) =>
      assembleOrders({
        now: pool.clock.now,
        lockOrders: lockOrders(tx),
        saveAssembled: saveAssembled(tx),
      })(orderIds),
    afterCommit,
  });
