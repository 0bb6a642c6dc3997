import { OrderEventSchema } from '#gen/booking/v1/events_pb.ts';
import type { DatabaseClock } from '#platform/database/clock.ts';
import type { InboxConsumer } from '#platform/messaging/inbox/consumer.ts';
import type { Config } from '../config.ts';
import type { PaymentRules } from '../domain/booking-payment.ts';
import { toHeard } from '../events/order-event.ts';
import { service } from '../service.ts';
import { lockBookingPayments, saveOutcome } from '../store/booking-payments.ts';
import { handleCauses } from '../usecases/handle-causes.ts';

type Consumer = InboxConsumer<typeof OrderEventSchema, void>;

export interface OrderEventsDeps {
  clock: Pick<DatabaseClock, 'now' | 'newId'>;
  /** Called with the handled events after each commit. */
  afterCommit: NonNullable<Consumer['afterCommit']>;
}

/** Authorizes and reverses the payments of orders, in the transaction that records the events in the inbox. */
export const orderEvents = (config: Config, { clock, afterCommit }: OrderEventsDeps): Consumer => {
  const topic = config.KAFKA_BOOKING_ORDER_EVENTS_TOPIC;
  const rules = {
    limitMinor: BigInt(config.PAYMENT_LIMIT_MINOR),
    blockedUsers: new Set(config.BLOCKED_USERS),
  };
  return {
    name: service.consumers[0].group,
    group: config.KAFKA_PAYMENT_CONSUMER_GROUP_ID,
    topic,
    message: OrderEventSchema,
    types: service.consumers[0].types,
    handle: handleOrderEvents({ clock, topic, rules }),
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
  rules: PaymentRules;
}

/** Handles a batch of events in the caller's transaction. */
export const handleOrderEvents =
  ({ clock, topic, rules }: HandleDeps): Consumer['handle'] =>
  async (tx, events) => {
    const heard = events.flatMap(toHeard);
    if (heard.length === 0) return;
    const { now, newId } = clock;
    const handle = handleCauses({
      rules,
      now,
      newPaymentId: newId,
      lockPayments: lockBookingPayments(tx),
      save: saveOutcome(tx, { newId, topic }),
    });
    await handle(heard);
  };
