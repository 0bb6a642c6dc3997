import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import type { Kafka } from '#platform/messaging/kafka/client.ts';

export const partitions = 2;

/** Creates topics one by one, and keeps a manifest of them for publishers. */
export const openTopics = async (kafka: Kafka, file: string) => {
  const admin = kafka.admin();
  await admin.connect();
  const names: string[] = [];
  return {
    file,
    create: async (): Promise<string> => {
      const topic = `bench.events-${names.length + 1}`;
      await admin.createTopics({
        topics: [
          {
            topic,
            numPartitions: partitions,
            replicationFactor: 1,
            // the broker timestamps each message when it appends it; latencies are measured up to that moment
            configEntries: [{ name: 'message.timestamp.type', value: 'LogAppendTime' }],
          },
        ],
      });
      names.push(topic);
      await writeFile(file, manifestOf(names));
      return topic;
    },
    countMessages: async (topic: string): Promise<number> =>
      (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0),
    close: () => admin.disconnect(),
  };
};

const manifestOf = (names: readonly string[]): string => {
  const profile = { replication: 1, min_insync: 1 };
  const publish = { kind: 'default', max_attempts: 5 };
  return stringify({
    profiles: { local: profile, cluster: profile },
    topics: names.map((name) => ({ name, owner: 'bench', partitions, retention: '7d', publish })),
  });
};
