import { hostOf } from '#platform/config.ts';
import { openPool } from '#platform/database/pool.ts';
import { startHttpServer } from '#platform/http-server.ts';
import { startInbox } from '#platform/inbox/start-inbox.ts';
import { createKafka } from '#platform/kafka/client.ts';
import { loadKafkaSecurity } from '#platform/kafka/security.ts';
import type { Lifecycle } from '#platform/lifecycle.ts';
import type { Logger } from '#platform/logger.ts';
import { createMetrics } from '#platform/metrics.ts';
import { createReadiness } from '#platform/readiness.ts';
import type { Config } from './config.ts';
import { createConsumers } from './consumers.ts';
import { openWay } from './ways.ts';

const schema = 'notification';
// A fetch waits up to half a second for messages; an answer that takes longer than this will not come.
const requestTimeoutMs = 5_000;

export interface NotificationParts {
  config: Config;
  logger: Logger;
  lifecycle: Lifecycle;
}

/** Puts notification together: database, the way that messages leave, consumers, health. */
export const startNotification = async (parts: NotificationParts): Promise<void> => {
  const { config, logger, lifecycle } = parts;
  const { DATABASE_URL: url, DATABASE_POOL_SIZE: max } = config;
  const pool = openPool({ url, applicationName: schema, logger, max });
  lifecycle.onClose('database', () => pool.end());
  const metrics = createMetrics();
  const { registry } = metrics;
  const kafka = createKafka({
    brokers: config.KAFKA_BROKERS,
    clientId: schema,
    logger,
    requestTimeoutMs,
    security: await loadKafkaSecurity(config),
  });
  const sessionTimeoutMs = config.SESSION_TIMEOUT_MS;
  const inbox = startInbox(
    { pool, schema, kafka, logger, registry, sessionTimeoutMs },
    createConsumers(config, openWay({ config, logger, lifecycle })),
  );
  lifecycle.onClose('inbox', () => inbox.stop());

  const joined = () =>
    inbox.isReady() ? Promise.resolve() : Promise.reject(new Error('not in the groups'));
  const checks = { database: () => pool.query('SELECT 1'), groups: joined };
  const http = await startHttpServer({
    host: hostOf(config),
    port: config.HTTP_PORT,
    readiness: createReadiness({ checks, stopping: lifecycle.stopping }),
    metrics,
    logger,
  });
  lifecycle.onClose('HTTP', () => http.close());
};
