import { OrderEventSchema, type OrderEvent } from '#gen/booking/v1/events_pb.ts';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { Pool } from '#platform/database/pool.ts';
import type { InboxConsumer } from '#platform/messaging/inbox/consumer.ts';
import type { InboxEvent } from '#platform/messaging/inbox/event.ts';
import type { Config } from '../config.ts';
import type { EventType } from '../domain/saga.ts';
import { producer } from '../events/order-event.ts';
import type { SagaMetrics } from '../metrics.ts';
import { service } from '../service.ts';
import { lockOrders } from '../store/orders.ts';
import { saveLearned } from '../store/save-learned.ts';
import { learnEvents, type HeardEvent } from '../usecases/learn-events.ts';

export interface OrderEventsDeps {
  pool: Pool;
  metrics: SagaMetrics;
  /** Called after each commit with the ids of the orders that it has changed. */
  afterCommit: (orderIds: readonly string[]) => void;
}

/**
 * Moves orders by the events of payment and ticket, in the transaction that records them in the inbox. What this service
 * says itself was saved with the order.
 */
export const orderEvents = (
  config: Config,
  { pool, metrics, afterCommit }: OrderEventsDeps,
): InboxConsumer<typeof OrderEventSchema> => ({
  name: service.consumers[0].name,
  group: config.KAFKA_BOOKING_CONSUMER_GROUP_ID,
  topic: config.KAFKA_BOOKING_ORDER_EVENTS_TOPIC,
  message: OrderEventSchema,
  handle: async (tx, events) => {
    const end = metrics.processingSeconds.startTimer();
    const { now } = pool.clock;
    const learn = learnEvents({ now, lockOrders: lockOrders(tx), saveLearned: saveLearned(tx) });
    await learn(othersOf(events).map(toHeard));
    end();
  },
  afterCommit: (events) => {
    metrics.countHandled(events);
    afterCommit([...new Set(othersOf(events).map(({ key }) => key.toLowerCase()))]);
  },
  deadLetterTopic: `${config.KAFKA_BOOKING_ORDER_EVENTS_TOPIC}.dlq`,
  whenExhausted: 'skip',
  retry: {
    attempts: config.KAFKA_RETRY_MAX_ATTEMPTS,
    baseMs: config.KAFKA_RETRY_BACKOFF_BASE,
  },
});

const othersOf = (events: readonly InboxEvent<OrderEvent>[]) =>
  events.filter(({ event }) => event.producer !== producer);

const toHeard = ({ id, event }: InboxEvent<OrderEvent>): HeardEvent => ({
  // lower case, as Postgres writes UUIDs
  orderId: event.correlationId.toLowerCase(),
  fact: {
    eventId: id,
    type: event.type as EventType,
    occurredAt: event.occurredAt === undefined ? new Date(0) : timestampDate(event.occurredAt),
    reason: event.payload?.reason,
  },
});
