import type { Kafka } from '#platform/messaging/kafka/client.ts';
import type { Logger } from '#platform/base/logger.ts';
import { repeat } from '#platform/base/loops.ts';

export interface SingleReplicasParts {
  kafka: Kafka;
  topics: readonly string[];
  logger: Logger;
}

const backoff = { firstMs: 2_000, maxMs: 30_000 };

/**
 * Says, once a broker can be asked, which topics have one replica only: with transactions an orderly stop of
 * its broker can hide for ever what comes after it (docs/decisions/0023). Never rejects.
 */
export const warnOfSingleReplicas = (
  { kafka, topics, logger }: SingleReplicasParts,
  stopping: AbortSignal,
): Promise<void> => {
  // the publishing loop reports that no broker answers
  const loop = {
    name: 'counting the replicas of topics',
    logger,
    backoff,
    level: 'debug',
  } as const;
  return repeat(loop, stopping, async () => {
    const found = await findSingleReplicas(kafka, topics);
    if (found.length > 0)
      logger.warn({ topics: found }, 'fencing is transactional, but topics have one replica only');
    return 'end';
  });
};

const findSingleReplicas = async (kafka: Kafka, topics: readonly string[]): Promise<string[]> => {
  const admin = kafka.admin({ retry: { retries: 0 } });
  try {
    await admin.connect();
    const metadata = await admin.fetchTopicMetadata({ topics: [...topics] });
    return metadata.topics
      .filter(({ partitions }) => partitions.some(({ replicas }) => replicas.length < 2))
      .map(({ name }) => name);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
};
