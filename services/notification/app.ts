import { hostOf } from '#platform/base/config.ts';
import { databaseChecks } from '#platform/database/check.ts';
import { openServicePool } from '#platform/database/service-pool.ts';
import { openHealthDoor } from '#platform/serving/health-door.ts';
import { startInbox } from '#platform/messaging/inbox/start-inbox.ts';
import { groupCheck } from '#platform/messaging/kafka/group-check.ts';
import { createReaderKafka } from '#platform/messaging/kafka/reader-client.ts';
import type { Lifecycle } from '#platform/base/lifecycle.ts';
import type { Logger } from '#platform/base/logger.ts';
import { createMetrics } from '#platform/base/metrics.ts';
import type { Output } from '#platform/base/output.ts';
import type { Config } from './config.ts';
import { createConsumers } from './consumers.ts';
import { openWay } from './ways.ts';

const schema = 'notification';

export interface NotificationParts {
  config: Config;
  logger: Logger;
  /** Where the logger writes. */
  output: Pick<Output, 'written'>;
  lifecycle: Lifecycle;
}

/** Puts notification together: database, the way that messages leave, consumers, health. */
export const startNotification = async (parts: NotificationParts): Promise<void> => {
  const { config, logger, lifecycle } = parts;
  const pool = await openServicePool({ config, schema, logger, lifecycle });
  const metrics = createMetrics();
  const { registry } = metrics;
  const kafka = await createReaderKafka(config, { clientId: schema, logger });
  const sessionTimeoutMs = config.SESSION_TIMEOUT_MS;
  const inbox = startInbox(
    { pool, schema, kafka, logger, registry, sessionTimeoutMs },
    createConsumers(config, openWay({ config, logger, output: parts.output, lifecycle })),
  );
  lifecycle.onClose('inbox', () => inbox.stop());

  await openHealthDoor({
    ...{ host: hostOf(config), port: config.HTTP_PORT, metrics, logger, lifecycle },
    checks: {
      ...databaseChecks(pool),
      groups: groupCheck(inbox),
      'dead letters': () => inbox.checkLetters(),
    },
  });
};
