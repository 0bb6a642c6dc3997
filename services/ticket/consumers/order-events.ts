import { OrderEventSchema } from '#gen/booking/v1/events_pb.ts';
import type { DatabaseClock } from '#platform/database/clock.ts';
import type { InboxConsumer } from '#platform/messaging/inbox/consumer.ts';
import type { Config } from '../config.ts';
import { toHeard } from '../events/order-event.ts';
import { service } from '../service.ts';
import { lockSales } from '../store/sales.ts';
import { saveOutcome } from '../store/save-outcome.ts';
import { lockTickets } from '../store/tickets.ts';
import { handleCauses } from '../usecases/handle-causes.ts';

type Consumer = InboxConsumer<typeof OrderEventSchema, void>;

export interface OrderEventsDeps {
  clock: Pick<DatabaseClock, 'now' | 'newId'>;
  /** Called with the handled events after each commit. */
  afterCommit: NonNullable<Consumer['afterCommit']>;
}

/** Issues and cancels the tickets of orders, in the transaction that records the events in the inbox. */
export const orderEvents = (config: Config, { clock, afterCommit }: OrderEventsDeps): Consumer => {
  const topic = config.KAFKA_BOOKING_ORDER_EVENTS_TOPIC;
  const capacity = config.DEFAULT_CAPACITY;
  return {
    name: service.consumers[0].group,
    group: config.KAFKA_TICKET_CONSUMER_GROUP_ID,
    topic,
    message: OrderEventSchema,
    types: service.consumers[0].types,
    handle: handleOrderEvents({ clock, topic, capacity }),
    afterCommit,
    deadLetterTopic: `${topic}.dlq`,
    whenExhausted: 'skip',
    retry: {
      attempts: config.KAFKA_RETRY_MAX_ATTEMPTS,
      baseMs: config.KAFKA_RETRY_BACKOFF_BASE,
    },
  };
};

export interface HandleDeps extends Pick<OrderEventsDeps, 'clock'> {
  topic: string;
  /** The seats of a flight whose route has no rule. */
  capacity: number;
}

/** Handles a batch of events in the caller's transaction. */
export const handleOrderEvents =
  ({ clock, topic, capacity }: HandleDeps): Consumer['handle'] =>
  async (tx, events) => {
    const heard = events.flatMap(toHeard);
    if (heard.length === 0) return;
    const { now, newId } = clock;
    const handle = handleCauses({
      now,
      newTicketId: newId,
      lockTickets: lockTickets(tx),
      lockSales: lockSales(tx, capacity),
      save: saveOutcome(tx, { newId, topic }),
    });
    await handle(heard);
  };
