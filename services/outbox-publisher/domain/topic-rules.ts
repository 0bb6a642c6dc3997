/** What the manifest says of a topic; without `publish` nothing should be sent to it. */
export interface PublishedTopic {
  readonly name: string;
  readonly partitions: number;
  readonly publish?: { readonly max_attempts: number } | undefined;
}

export interface TopicRules {
  /** Undefined: the manifest does not know the topic. */
  readonly partitionOf: (topic: string, key: string) => number | undefined;
  readonly maxAttempts: (topic: string) => number;
}

// a topic of which the manifest says nothing is refused as often as any
const defaultMaxAttempts = 5;

export const createTopicRules = (
  topics: readonly PublishedTopic[],
  partitionOf: (key: string, partitions: number) => number,
): TopicRules => {
  const byName = new Map(topics.map((topic) => [topic.name, topic]));
  return {
    partitionOf: (topic, key) => {
      const known = byName.get(topic);
      return known && partitionOf(key, known.partitions);
    },
    maxAttempts: (topic) => byName.get(topic)?.publish?.max_attempts ?? defaultMaxAttempts,
  };
};
