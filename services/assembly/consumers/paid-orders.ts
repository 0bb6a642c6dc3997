import { OrderPaidSchema } from '#gen/order/v1/events_pb.ts';
import type { InboxConsumer } from '#platform/messaging/inbox/consumer.ts';
import type { RunningTimers } from '#platform/messaging/timer/start-timers.ts';
import type { Config } from '../config.ts';
import { toPaidOrder } from '../events/order-paid.ts';
import { buildTimer } from '../store/build-timer.ts';
import { saveStarted } from '../store/save-started.ts';
import { startBuilds } from '../usecases/start-builds.ts';

/** Starts a build for each order that was paid, in the transaction that remembers the event. */
export const paidOrders = (
  config: Config,
  timers: Pick<RunningTimers, 'scheduled'>,
): InboxConsumer<typeof OrderPaidSchema> => {
  const { ASSEMBLY_MIN_SEC: minSec, ASSEMBLY_MAX_SEC: maxSec } = config;
  const topic = config.KAFKA_ORDER_PAYMENT_COMPLETED_TOPIC;
  return {
    name: config.KAFKA_ASSEMBLY_CONSUMER_GROUP_ID,
    topic,
    message: OrderPaidSchema,
    handle: ({ client }, events) =>
      startBuilds({
        buildTime: { minSec, maxSec },
        random: Math.random,
        saveStarted: saveStarted(client),
      })(events.map(toPaidOrder)),
    // the earliest time at which a build of this commit can be due
    afterCommit: () => timers.scheduled(buildTimer, minSec * 1_000),
    deadLetterTopic: `${topic}.dlq`,
    whenExhausted: 'skip',
    retry: {
      attempts: config.KAFKA_RETRY_MAX_ATTEMPTS,
      baseMs: config.KAFKA_RETRY_BACKOFF_BASE,
    },
  };
};
