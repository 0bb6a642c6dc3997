import { hostname } from 'node:os';
import { systemClock } from '#platform/base/clock.ts';
import { runService } from '#platform/base/run-service.ts';
import { serveHealth } from '#platform/serving/serve.ts';
import type { Assignment } from '#platform/messaging/kafka/consumer-options.ts';
import { startProcessing } from '#platform/messaging/event-spans.ts';
import { runIn } from '#platform/base/tracing/span.ts';
import type { ReceivedMessage } from '#platform/messaging/kafka/message.ts';
import { startConsumer } from '#platform/messaging/kafka/consumer.ts';
import { sayAssignment } from '#platform/messaging/kafka/say-assignment.ts';
import { createHoldMetrics } from '#platform/messaging/kafka/hold-metrics.ts';
import { groupCheck } from '#platform/messaging/kafka/group-check.ts';
import { createReaderKafka } from '#platform/messaging/kafka/reader-client.ts';
import { allowsGaps } from '#platform/messaging/topics.ts';
import { configSchema } from './config.ts';
import { logEvent } from './events/log-event.ts';
import { createNotifierMetrics } from './metrics.ts';
import { service } from './service.ts';
import { createEventHistory } from './usecases/history.ts';

/** Wires the notifier: history, consumer, health and metrics. */
await runService(service, configSchema, async (context) => {
  const { config, output, lifecycle } = context;
  const { registry } = context.metrics;
  const replica = config.REPLICA ?? hostname();
  const logger = context.logger.child({ replica });
  const metrics = createNotifierMetrics(registry, {
    consumer: config.NOTIFIER_GROUP,
    topic: config.NOTIFIER_TOPIC,
  });
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
  const logOne = logEvent({
    consumer: config.NOTIFIER_GROUP,
    allowsGaps: allowsGaps(config.NOTIFIER_TOPIC),
    logger,
    metrics,
    history,
    now: systemClock,
  });
  const logInTrace = (message: ReceivedMessage): void => {
    const span = startProcessing(config.NOTIFIER_GROUP, message);
    runIn(span, () => logOne(message));
    span?.end();
  };
  const consumer = startConsumer({
    kafka: await createReaderKafka(config, {
      clientId: `notifier ${replica}`,
      logger,
      registry,
    }),
    groupId: config.NOTIFIER_GROUP,
    topics: [config.NOTIFIER_TOPIC],
    sessionTimeoutMs: config.SESSION_TIMEOUT_MS,
    logger,
    handle: (messages) => {
      messages.forEach(logInTrace);
      // the offset is committed after this, so never for a line that was not written
      return output.written();
    },
    onAssignment,
    ...createHoldMetrics(registry)(config.NOTIFIER_GROUP),
  });
  lifecycle.onClose('consumer', () => consumer.stop());

  await serveHealth({ ...context, logger }, { group: groupCheck(consumer) });
});
