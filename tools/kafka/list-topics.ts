import kafkajs from 'kafkajs';
import type { Kafka } from '#platform/messaging/kafka/client.ts';
import { refuse } from './arguments.ts';

/** Lists the names of all topics except Kafka's internal ones, sorted. */
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

/** Refuses a topic that is not there, and names those that are. */
export const refuseUnknown = (topic: string, there: readonly string[]): void => {
  if (there.includes(topic)) return;
  throw refuse('topic-unknown', `There is no topic ${topic}; there are: ${there.join(', ')}.`);
};

export interface TopicFacts {
  name: string;
  partitions: number | undefined;
  /**
   * The number of offsets between the first message that is kept and the end; undefined when the broker cannot say,
   * e.g. without a leader.
   */
  messages: bigint | undefined;
  /** Milliseconds; undefined when messages are kept for ever. */
  retentionMs: number | undefined;
}

/** Loads the facts that the broker knows about its topics. */
export const loadTopicFacts = async (kafka: Kafka): Promise<TopicFacts[]> => {
  const names = await listTopics(kafka);
  const admin = kafka.admin();
  try {
    await admin.connect();
    const retentions = await loadRetentions(admin, names);
    const facts = names.map(async (name) => {
      // a topic that is out of order must not hide the others
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
