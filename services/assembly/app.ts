import { hostOf } from '#platform/base/config.ts';
import { databaseChecks } from '#platform/database/check.ts';
import { openServicePool } from '#platform/database/service-pool.ts';
import { openHealthDoor } from '#platform/serving/health-door.ts';
import { inboxConsumer, startInbox } from '#platform/messaging/inbox/start-inbox.ts';
import { groupCheck } from '#platform/messaging/kafka/group-check.ts';
import { createReaderKafka } from '#platform/messaging/kafka/reader-client.ts';
import type { Lifecycle } from '#platform/base/lifecycle.ts';
import type { Logger } from '#platform/base/logger.ts';
import { createMetrics } from '#platform/base/metrics.ts';
import { openOutbox } from '#platform/messaging/outbox/open-outbox.ts';
import { startBuildTimers } from './build-timers.ts';
import type { Config } from './config.ts';
import { paidOrders } from './paid-orders.ts';

const schema = 'assembly';

export interface AssemblyParts {
  config: Config;
  logger: Logger;
  lifecycle: Lifecycle;
}

/** Puts assembly together: database, timers that end builds, a consumer that starts them, health. */
export const startAssembly = async (parts: AssemblyParts): Promise<void> => {
  const { config, logger, lifecycle } = parts;
  const pool = await openServicePool({ config, schema, logger, lifecycle });
  const wakeUp = openOutbox({ config, schema, pool, logger, lifecycle });
  const metrics = createMetrics();
  const { registry } = metrics;

  const timers = startBuildTimers({
    ...{ pool, schema, logger, registry },
    announce: { now: pool.clock.now, newEventId: pool.clock.newId },
    topic: config.KAFKA_ORDER_ASSEMBLY_COMPLETED_TOPIC,
    wakePublisher: () => wakeUp.signal(),
  });
  lifecycle.onClose('timers', () => timers.stop());
  const kafka = await createReaderKafka(config, { clientId: schema, logger });
  const sessionTimeoutMs = config.SESSION_TIMEOUT_MS;
  const inbox = startInbox({ pool, schema, kafka, logger, registry, sessionTimeoutMs }, [
    inboxConsumer(paidOrders(config, timers)),
  ]);
  lifecycle.onClose('inbox', () => inbox.stop());

  await openHealthDoor({
    ...{ host: hostOf(config), port: config.HTTP_PORT, metrics, logger, lifecycle },
    checks: {
      ...databaseChecks(pool),
      group: groupCheck(inbox),
      'dead letters': () => inbox.checkLetters(),
    },
  });
};
