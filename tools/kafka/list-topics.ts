import kafkajs from 'kafkajs';
import type { Kafka } from '#platform/messaging/kafka/client.ts';

/** The names of all topics but Kafka's own, in their order. */
export const listTopics = async (kafka: Kafka): Promise<string[]> => {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const names = await admin.listTopics();
    return names.filter((name) => !name.startsWith('__')).sort();
  } finally {
    await admin.disconnect();
  }
};

export interface TopicFacts {
  name: string;
  partitions: number | undefined;
  /** From the first that is kept to the last; undefined: the broker does not say, e.g. without a leader. */
  messages: bigint | undefined;
  /** Undefined: for ever. */
  retentionMs: number | undefined;
}

/** What the broker says of its topics. */
export const loadTopicFacts = async (kafka: Kafka): Promise<TopicFacts[]> => {
  const names = await listTopics(kafka);
  const admin = kafka.admin();
  try {
    await admin.connect();
    const retentions = await loadRetentions(admin, names);
    const facts = names.map(async (name) => {
      // one that is out of order must not hide the others
      const offsets = await admin.fetchTopicOffsets(name).catch(() => undefined);
      const messages = offsets?.map(({ low, high }) => BigInt(high) - BigInt(low));
      return {
        name,
        partitions: offsets?.length,
        messages: messages?.reduce((sum, count) => sum + count, 0n),
        retentionMs: retentions.get(name),
      };
    });
    return await Promise.all(facts);
  } finally {
    await admin.disconnect();
  }
};

const loadRetentions = async (
  admin: ReturnType<Kafka['admin']>,
  names: readonly string[],
): Promise<Map<string, number>> => {
  if (names.length === 0) return new Map();
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: names.map((name) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name,
      configNames: ['retention.ms'],
    })),
  });
  const values = resources.map(({ resourceName, configEntries }): [string, number] => [
    resourceName,
    Number(configEntries[0]?.configValue),
  ]);
  return new Map(values.filter(([, ms]) => ms >= 0));
};
