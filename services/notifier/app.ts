import { systemClock } from '#platform/base/clock.ts';
import { openHealthDoor } from '#platform/serving/health-door.ts';
import type { Assignment } from '#platform/messaging/kafka/consumer-options.ts';
import { startConsumer } from '#platform/messaging/kafka/consumer.ts';
import { sayAssignment } from '#platform/messaging/kafka/say-assignment.ts';
import { createHoldMetrics } from '#platform/messaging/kafka/hold-metrics.ts';
import { groupCheck } from '#platform/messaging/kafka/group-check.ts';
import { createReaderKafka } from '#platform/messaging/kafka/reader-client.ts';
import type { Lifecycle } from '#platform/base/lifecycle.ts';
import type { Logger } from '#platform/base/logger.ts';
import { createMetrics } from '#platform/base/metrics.ts';
import type { Output } from '#platform/base/output.ts';
import type { Config } from './config.ts';
import { logEvent } from './events/log-event.ts';
import { createNotifierMetrics } from './metrics.ts';
import { createEventHistory } from './usecases/history.ts';

export interface NotifierParts {
  config: Config;
  logger: Logger;
  /** Where the logger writes. */
  output: Pick<Output, 'written'>;
  lifecycle: Lifecycle;
}

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
    kafka: await createReaderKafka(config, { clientId: `notifier ${config.REPLICA}`, logger }),
    groupId: config.NOTIFIER_GROUP,
    topics: [config.NOTIFIER_TOPIC],
    sessionTimeoutMs: config.SESSION_TIMEOUT_MS,
    logger,
    handle: (messages) => {
      messages.forEach(logOne);
      // the offset is committed afterwards, so never for a line that was not written
      return parts.output.written();
    },
    onAssignment,
    ...createHoldMetrics(common.registry)(config.NOTIFIER_GROUP),
  });
  lifecycle.onClose('consumer', () => consumer.stop());

  await openHealthDoor({
    ...{ host: config.HOST, port: config.HTTP_PORT, metrics: common, logger, lifecycle },
    checks: { group: groupCheck(consumer) },
  });
};
