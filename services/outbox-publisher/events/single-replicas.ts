import type { Kafka } from '#platform/messaging/kafka/client.ts';
import type { Logger } from '#platform/base/logger.ts';
import { sleep } from '#platform/base/sleep.ts';

export interface SingleReplicasParts {
  kafka: Kafka;
  topics: readonly string[];
  logger: Logger;
}

const askAgainMs = 5_000;

/**
 * Says, once a broker can be asked, which topics have one replica only: with transactions an orderly stop of
 * its broker can hide for ever what comes after it (docs/decisions/0023). Never rejects.
 */
export const warnOfSingleReplicas = async (
  { kafka, topics, logger }: SingleReplicasParts,
  stopping: AbortSignal,
): Promise<void> => {
  while (!stopping.aborted) {
    const found = await findSingleReplicas(kafka, topics).catch(() => undefined);
    if (found !== undefined && found.length > 0)
      logger.warn({ topics: found }, 'fencing is transactional, but topics have one replica only');
    if (found !== undefined) return;
    await sleep(askAgainMs, stopping);
  }
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
