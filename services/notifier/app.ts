import { systemClock } from '#platform/clock.ts';
import { startHttpServer } from '#platform/http-server.ts';
import { createKafka } from '#platform/kafka/client.ts';
import type { Assignment } from '#platform/kafka/consumer-options.ts';
import { startConsumer } from '#platform/kafka/consumer.ts';
import { sayAssignment } from '#platform/kafka/say-assignment.ts';
import { loadKafkaSecurity } from '#platform/kafka/security.ts';
import type { Lifecycle } from '#platform/lifecycle.ts';
import type { Logger } from '#platform/logger.ts';
import { createMetrics } from '#platform/metrics.ts';
import { createReadiness } from '#platform/readiness.ts';
import type { Config } from './config.ts';
import { logEvent } from './events/log-event.ts';
import { createNotifierMetrics } from './metrics.ts';
import { createEventHistory } from './usecases/history.ts';

export interface NotifierParts {
  config: Config;
  logger: Logger;
  lifecycle: Lifecycle;
}

// A fetch waits up to half a second for messages; an answer that takes longer than this will not come.
const requestTimeoutMs = 5_000;

/** Puts the notifier together: history, consumer, health and metrics. */
export const startNotifier = async (parts: NotifierParts): Promise<void> => {
  const { config, lifecycle } = parts;
  const logger = parts.logger.child({ replica: config.REPLICA });
  const common = createMetrics();
  const metrics = createNotifierMetrics(common.registry);
  const history = createEventHistory();

  const onAssignment = (assignment: Assignment | undefined): void => {
    const partitions = assignment?.partitions ?? [];
    metrics.assignedPartitions.set(partitions.length);
    for (const place of assignment?.gained ?? []) history.forget(place);
    logger.info(
      { group: config.NOTIFIER_GROUP, partitions: partitions.map(({ partition }) => partition) },
      sayAssignment(assignment),
    );
  };
  const logOne = logEvent({ logger, metrics, history, now: systemClock });
  const consumer = startConsumer({
    kafka: createKafka({
      brokers: config.KAFKA_BROKERS,
      clientId: `notifier ${config.REPLICA}`,
      logger,
      requestTimeoutMs,
      security: await loadKafkaSecurity(config),
    }),
    groupId: config.NOTIFIER_GROUP,
    topics: [config.NOTIFIER_TOPIC],
    sessionTimeoutMs: config.SESSION_TIMEOUT_MS,
    logger,
    handle: (messages) => messages.forEach(logOne),
    onAssignment,
  });
  lifecycle.onClose('consumer', () => consumer.stop());

  const joined = () =>
    consumer.isReady() ? Promise.resolve() : Promise.reject(new Error('not in the group'));
  const http = await startHttpServer({
    host: config.HOST,
    port: config.HTTP_PORT,
    readiness: createReadiness({ checks: { group: joined }, stopping: lifecycle.stopping }),
    metrics: common,
    logger,
  });
  lifecycle.onClose('HTTP', () => http.close());
};
