import { z } from 'zod';
import { commonSettings, durationMs, loadConfigOrExit } from '#platform/base/config.ts';
import { ensureTopics, type TopicOutcome } from '#platform/messaging/kafka/admin.ts';
import { createKafka } from '#platform/messaging/kafka/client.ts';
import { kafkaSettings, loadKafkaSecurity } from '#platform/messaging/kafka/security.ts';
import { createLogger } from '#platform/base/logger.ts';
import { loadTopics } from '#platform/messaging/topics.ts';

const configSchema = z.object({
  ...commonSettings,
  ...kafkaSettings,
  TOPICS_FILE: z.string().default('deploy/topics.yaml'),
  /** The profile of the manifest, which says how many replicas each partition has. */
  TOPICS_PROFILE: z.enum(['local', 'cluster']).default('local'),
  /** How long to wait for a broker, in milliseconds. */
  KAFKA_WAIT_MS: durationMs.default(60_000),
});

const createTopics = async (config: z.output<typeof configSchema>): Promise<void> => {
  const logger = createLogger({
    service: 'create-topics',
    level: config.LOG_LEVEL,
    format: config.LOG_FORMAT,
  });
  const manifest = await loadTopics(config.TOPICS_FILE);
  const { replication, min_insync: minInsync } = manifest.profiles[config.TOPICS_PROFILE];
  const outcomes = await ensureTopics({
    kafka: createKafka({
      brokers: config.KAFKA_BROKERS,
      clientId: 'create-topics',
      logger,
      requestTimeoutMs: 10_000,
      security: await loadKafkaSecurity(config),
    }),
    plans: manifest.topics.map((topic) => ({ ...topic, replication, minInsync })),
    waitMs: config.KAFKA_WAIT_MS,
  });
  for (const outcome of outcomes) console.log(lineOf(outcome));
};

const lineOf = (outcome: TopicOutcome): string => {
  const found = `${outcome.name}: ${outcome.partitions} partitions`;
  if (outcome.result !== 'too-few') return `${found}, ${outcome.result}`;
  return `${found}, WARNING: the manifest says ${outcome.wanted}; left as it is, because more partitions would move keys`;
};

try {
  await createTopics(loadConfigOrExit(configSchema, process.env));
} catch (error) {
  console.error(
    `Topics were not created: ${error instanceof Error ? error.message : String(error)}`,
  );
  process.exitCode = 1;
}
