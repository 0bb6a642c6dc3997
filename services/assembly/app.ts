import { systemClock } from '#platform/clock.ts';
import { hostOf } from '#platform/config.ts';
import { openPool } from '#platform/database/pool.ts';
import { startHttpServer } from '#platform/http-server.ts';
import { newId } from '#platform/ids.ts';
import { inboxConsumer, startInbox } from '#platform/inbox/start-inbox.ts';
import { createKafka } from '#platform/kafka/client.ts';
import { loadKafkaSecurity } from '#platform/kafka/security.ts';
import type { Lifecycle } from '#platform/lifecycle.ts';
import type { Logger } from '#platform/logger.ts';
import { createMetrics } from '#platform/metrics.ts';
import { startOutboxHousekeeping } from '#platform/outbox/housekeeping.ts';
import { openWakeUp } from '#platform/outbox/wake-up.ts';
import { createReadiness } from '#platform/readiness.ts';
import { startBuildTimers } from './build-timers.ts';
import type { Config } from './config.ts';
import { paidOrders } from './paid-orders.ts';

const schema = 'assembly';
// A fetch waits up to half a second for messages; an answer that takes longer than this will not come.
const requestTimeoutMs = 5_000;

export interface AssemblyParts {
  config: Config;
  logger: Logger;
  lifecycle: Lifecycle;
}

/** Puts assembly together: database, timers that end builds, a consumer that starts them, health. */
export const startAssembly = async (parts: AssemblyParts): Promise<void> => {
  const { config, logger, lifecycle } = parts;
  const url = config.DATABASE_URL;
  const pool = openPool({ url, applicationName: schema, logger, max: config.DATABASE_POOL_SIZE });
  lifecycle.onClose('database', () => pool.end());
  const wakeUp = openWakeUp({ url, schema, logger });
  lifecycle.onClose('wake-up', () => wakeUp.close());
  startOutboxHousekeeping({ url, schema, pool, logger, lifecycle });
  const metrics = createMetrics();
  const { registry } = metrics;

  const timers = startBuildTimers({
    ...{ pool, schema, logger, registry },
    announce: { now: systemClock, newEventId: newId },
    topic: config.KAFKA_ORDER_ASSEMBLY_COMPLETED_TOPIC,
    wakePublisher: () => wakeUp.signal(),
  });
  lifecycle.onClose('timers', () => timers.stop());
  const kafka = createKafka({
    brokers: config.KAFKA_BROKERS,
    clientId: schema,
    logger,
    requestTimeoutMs,
    security: await loadKafkaSecurity(config),
  });
  const sessionTimeoutMs = config.SESSION_TIMEOUT_MS;
  const inbox = startInbox({ pool, schema, kafka, logger, registry, sessionTimeoutMs }, [
    inboxConsumer(paidOrders(config, timers)),
  ]);
  lifecycle.onClose('inbox', () => inbox.stop());

  const joined = () =>
    inbox.isReady() ? Promise.resolve() : Promise.reject(new Error('not in the group'));
  const checks = { database: () => pool.query('SELECT 1'), group: joined };
  const http = await startHttpServer({
    host: hostOf(config),
    port: config.HTTP_PORT,
    readiness: createReadiness({ checks, stopping: lifecycle.stopping }),
    metrics,
    logger,
  });
  lifecycle.onClose('HTTP', () => http.close());
};
