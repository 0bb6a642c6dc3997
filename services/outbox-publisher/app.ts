import { hostname } from 'node:os';
import { openPool, type Pool } from '#platform/database/pool.ts';
import { startHttpServer } from '#platform/http-server.ts';
import { createBrokerCheck } from '#platform/kafka/broker-check.ts';
import { createKafka } from '#platform/kafka/client.ts';
import { partitionOf } from '#platform/kafka/partitioner.ts';
import type { Lifecycle } from '#platform/lifecycle.ts';
import type { Logger } from '#platform/logger.ts';
import { createMetrics } from '#platform/metrics.ts';
import { listenForWakeUps } from '#platform/outbox/wake-up-listener.ts';
import { wakeUpChannel } from '#platform/outbox/wake-up.ts';
import { createReadiness } from '#platform/readiness.ts';
import { loadTopics, type Topic } from '#platform/topics.ts';
import type { Config } from './config.ts';
import { createTopicRules, type TopicRule } from './domain/topic-rules.ts';
import { createMembership } from './membership.ts';
import { createPublisherMetrics } from './metrics.ts';
import { createSource } from './source.ts';

// Fixed, because they hang together: a send ends before the lease does, whatever happens.
const leaseMs = 5_000;
const renewIntervalMs = 1_000;
const sendDeadlineMs = 3_000;
const requestTimeoutMs = 2_000;

const monotonicMs = () => performance.now();

export interface PublisherParts {
  config: Config;
  logger: Logger;
  lifecycle: Lifecycle;
}

/** Puts the publisher together: one loop a source, all under one lease. */
export const startPublisher = async (parts: PublisherParts): Promise<void> => {
  const { config, logger, lifecycle } = parts;
  const { stopping } = lifecycle;
  const id = `${hostname()}:${process.pid}`;
  const { topics } = await loadTopics(config.TOPICS_FILE);
  const kafka = createKafka({
    brokers: config.KAFKA_BROKERS,
    clientId: `publisher ${id}`,
    logger,
    requestTimeoutMs,
  });
  const pool = openPublisherPool(config, id, logger);
  lifecycle.onClose('database', () => pool.end());
  const common = createMetrics();
  const metrics = createPublisherMetrics(common.registry);

  const sources = config.OUTBOX_SOURCES.map((source) =>
    createSource({
      ...{ source, pool, kafka, metrics, logger, sendDeadlineMs, monotonicMs },
      topics: createTopicRules(topics.map(toTopicRule), partitionOf),
      batchRows: config.PUBLISHER_BATCH_ROWS,
      coalesceMs: config.PUBLISHER_COALESCE_MS,
      currentLease: () => lease.current(),
    }),
  );
  const shared = { pool, id, sources, logger, leaseMs, renewIntervalMs, monotonicMs };
  const { lease, channel } = createMembership(shared);
  lifecycle.onClose('membership', () => lease.leave());

  const wakers = new Map([[channel, () => lease.nudge()]]);
  for (const source of sources) wakers.set(wakeUpChannel(source.name), () => source.wake());
  const loops = Promise.all([
    lease.run(stopping),
    ...sources.map((source) => source.run(stopping)),
    listenForWakeUps(
      {
        url: config.DATABASE_URL,
        logger,
        channels: [...wakers.keys()],
        onWakeUp: (name) => wakers.get(name)?.(),
      },
      stopping,
    ),
  ]);
  loops.catch((error: unknown) => lifecycle.fail(error));
  lifecycle.onClose('loops', async () => {
    await loops;
  });

  const broker = createBrokerCheck(kafka);
  lifecycle.onClose('broker check', () => broker.close());
  const checks = { database: () => pool.query('SELECT 1'), broker: () => broker.check() };
  const http = await startHttpServer({
    host: config.HOST,
    port: config.HTTP_PORT,
    readiness: createReadiness({ checks, stopping }),
    metrics: common,
    logger,
  });
  lifecycle.onClose('HTTP', () => http.close());
};

const openPublisherPool = (config: Config, id: string, logger: Logger): Pool =>
  openPool({
    url: config.DATABASE_URL,
    applicationName: `publisher ${id}`,
    logger,
    // for each source one that reads and one that marks; two for membership and readiness
    max: 2 * config.OUTBOX_SOURCES.length + 2,
    // planned once: with the row counts of a moment the planner would now and then scan whole partitions
    settings: { plan_cache_mode: 'force_generic_plan' },
  });

const toTopicRule = ({ name, partitions, publish }: Topic): TopicRule => ({
  name,
  partitions,
  maxAttempts: publish?.max_attempts ?? 1,
});
