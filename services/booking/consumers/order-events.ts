import { OrderEventSchema, type OrderEvent } from '#gen/booking/v1/events_pb.ts';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { Pool } from '#platform/database/pool.ts';
import type { InboxConsumer } from '#platform/messaging/inbox/consumer.ts';
import type { InboxEvent } from '#platform/messaging/inbox/event.ts';
import type { Config } from '../config.ts';
import type { OrderWithFacts } from '../domain/order.ts';
import type { EventType } from '../domain/saga.ts';
import type { SagaMetrics } from '../metrics.ts';
import { service } from '../service.ts';
import { lockOrders } from '../store/orders.ts';
import { saveLearned } from '../store/save-learned.ts';
import { learnEvents, type HeardEvent } from '../usecases/learn-events.ts';

export interface OrderEventsDeps {
  pool: Pool;
  metrics: SagaMetrics;
  /** Called after each commit with the orders that it has changed. */
  afterCommit: (changed: readonly OrderWithFacts[]) => void;
}

/** Moves orders by the events of payment and ticket, in the transaction that records them in the inbox. */
export const orderEvents = (
  config: Config,
  { pool, metrics, afterCommit }: OrderEventsDeps,
): InboxConsumer<typeof OrderEventSchema, OrderWithFacts[]> => ({
  name: service.consumers[0].name,
  group: config.KAFKA_BOOKING_CONSUMER_GROUP_ID,
  topic: config.KAFKA_BOOKING_ORDER_EVENTS_TOPIC,
  message: OrderEventSchema,
  types: service.consumers[0].types,
  handle: async (tx, events) => {
    const end = metrics.processingSeconds.startTimer();
    const { now } = pool.clock;
    const learn = learnEvents({ now, lockOrders: lockOrders(tx), saveLearned: saveLearned(tx) });
    const changed = await learn(events.map(toHeard));
    end();
    return changed;
  },
  afterCommit: (events, changed) => {
    metrics.countHandled(events);
    afterCommit(changed);
  },
  deadLetterTopic: `${config.KAFKA_BOOKING_ORDER_EVENTS_TOPIC}.dlq`,
  whenExhausted: 'skip',
  retry: {
    attempts: config.KAFKA_RETRY_MAX_ATTEMPTS,
    baseMs: config.KAFKA_RETRY_BACKOFF_BASE,
  },
});

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
