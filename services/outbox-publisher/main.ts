import { hostname } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import type { Registry } from 'prom-client';
import { databaseChecks, requireFitServer } from '#platform/database/check.ts';
import { measurePools } from '#platform/database/pool-metrics.ts';
import { runService } from '#platform/base/run-service.ts';
import { serveHealth } from '#platform/serving/serve.ts';
import { createBrokerCheck } from '#platform/messaging/kafka/broker-check.ts';
import { createKafkaMetrics } from '#platform/messaging/kafka/client-metrics.ts';
import { createKafka, type KafkaOptions } from '#platform/messaging/kafka/client.ts';
import { createLeaders } from '#platform/messaging/kafka/leaders.ts';
import { loadKafkaSecurity } from '#platform/messaging/kafka/security.ts';
import { partitionOf } from '#platform/messaging/kafka/partitioner.ts';
import { reportOnly } from '#platform/base/readiness.ts';
import { loadTopics } from '#platform/messaging/topics.ts';
import { createChaos } from './chaos.ts';
import { configSchema } from './config.ts';
import { createTopicRules } from './domain/topic-rules.ts';
import { timing } from './domain/lease.ts';
import { requireRetention } from './domain/retention.ts';
import { openSourceProducer } from './events/producer.ts';
import { runLoops } from './loops.ts';
import { createMembership } from './membership.ts';
import { createPublisherMetrics } from './metrics.ts';
import { createSchemas } from './schemas.ts';
import { service } from './service.ts';
import { createSource } from './source.ts';
import { findMissingOutboxes } from './store/outboxes.ts';
import { openPublisherPool } from './store/pool.ts';
import { checkPublishing } from './usecases/check-publishing.ts';
import { requireOutboxes } from './usecases/require-outboxes.ts';

const monotonicMs = () => performance.now();

/** Opens a client of all brokers, one for each broker, and the lookup of partition leaders. */
const openKafkas = (settings: Omit<KafkaOptions, 'requestTimeoutMs'>, registry: Registry) => {
  const { requestTimeoutMs } = timing;
  const options = { ...settings, requestTimeoutMs, measure: createKafkaMetrics(registry) };
  const kafka = createKafka(options);
  const kafkaAt = (address: string) => createKafka({ ...options, brokers: [address] });
  const leaders = createLeaders({ brokers: options.brokers, kafkaAt, monotonicMs });
  // fetched ahead, so that the leaders are known before the first request
  void leaders.ask();
  return { kafka, kafkaAt, leaders };
};

// Rows live for milliseconds. V8 would otherwise grow their space to 128 MiB, using a third more memory and
// more time.
setFlagsFromString('--semi-space-growth-factor=1');

/** Wires the publisher: one loop per source, all under one lease. */
await runService(service, configSchema, async (context) => {
  const { config, logger, lifecycle } = context;
  const { registry } = context.metrics;
  const { stopping } = lifecycle;
  const id = `${hostname()}:${process.pid}`;
  const { topics } = await loadTopics(config.TOPICS_FILE);
  requireRetention(topics, config.OUTBOX_RETENTION_DAYS);
  const { KAFKA_BROKERS: brokers } = config;
  const security = await loadKafkaSecurity(config);
  const client = { clientId: `publisher ${id}`, logger, security };
  const { kafka, kafkaAt, leaders } = openKafkas({ brokers, ...client }, registry);
  const access = { url: config.DATABASE_URL, id, logger };
  // per source one connection that reads and one that marks; one more for readiness
  const connections = 2 * config.OUTBOX_SOURCES.length + 1;
  const { breakProducer } = createChaos({ share: config.OUTBOX_CHAOS, random: Math.random });
  const { breakPool } = createChaos({ share: config.OUTBOX_CHAOS_STATEMENTS, random: Math.random });
  const pool = breakPool(openPublisherPool({ ...access, connections }));
  lifecycle.onClose('database', () => pool.end());
  await requireFitServer(pool, logger);
  await requireOutboxes({ findMissing: findMissingOutboxes(pool), logger }, config.OUTBOX_SOURCES);
  const metrics = createPublisherMetrics(registry, pool.clock.now);

  const schemas = await createSchemas(config, topics, logger);
  const currentLease = () => lease.current();
  const sending = { formOf: schemas.formOf, now: pool.clock.now };
  const sources = config.OUTBOX_SOURCES.map((source) =>
    createSource({
      ...{ source, pool, metrics, logger, ...timing, monotonicMs, currentLease },
      releaseLease: (epoch, why) => lease.release(epoch, why),
      openProducer: async (address) =>
        breakProducer(
          await openSourceProducer({
            kafka: address === undefined ? kafka : kafkaAt(address),
            source,
            ...sending,
          }),
        ),
      leaders,
      topics: createTopicRules(topics, partitionOf),
      batchRows: config.PUBLISHER_BATCH_ROWS,
      coalesceMs: config.PUBLISHER_COALESCE_MS,
      retentionDays: config.OUTBOX_RETENTION_DAYS,
    }),
  );
  // a pool of its own: renewing must not queue behind slow reads
  const memberPool = breakPool(openPublisherPool({ ...access, connections: 2 }));
  lifecycle.onClose('membership database', () => memberPool.end());
  measurePools(registry, { main: pool, members: memberPool });
  const members = { pool: memberPool, id, sources, logger, monotonicMs, stopping };
  const membership = createMembership({ ...members, ...timing, countLost: metrics.countLeaseLost });
  const { lease } = membership;
  lifecycle.onClose('membership', () => lease.leave());

  const fail = (error: unknown) => lifecycle.fail(error);
  const working = { schemas, membership, sources, logger, onLeaseFault: fail };
  const loops = runLoops({ databaseUrl: config.DATABASE_URL, ...working }, stopping);
  loops.catch(fail);
  lifecycle.onClose('loops', () => loops.then(() => undefined));

  const broker = createBrokerCheck(kafka, leaders.ask);
  lifecycle.onClose('broker check', () => broker.close());
  const others = { broker: () => broker.check(), schemas: () => schemas.check() };
  // a fault of one source or partition is no reason to take the publisher out of rotation
  const publishing = reportOnly({ publishing: checkPublishing(sources, monotonicMs) });
  await serveHealth(context, { ...databaseChecks(pool), ...others, ...publishing });
});
