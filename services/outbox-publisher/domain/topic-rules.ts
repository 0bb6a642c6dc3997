/** What the manifest says of a topic that is published to. */
export interface TopicRule {
  readonly name: string;
  readonly partitions: number;
  readonly maxAttempts: number;
}

export interface TopicRules {
  /** Undefined: the manifest does not know the topic. */
  readonly partitionOf: (topic: string, key: string) => number | undefined;
  readonly maxAttempts: (topic: string) => number;
}

// a topic that the manifest does not know is refused as often as any
const defaultMaxAttempts = 5;

export const createTopicRules = (
  rules: readonly TopicRule[],
  partitionOf: (key: string, partitions: number) => number,
): TopicRules => {
  const byName = new Map(rules.map((rule) => [rule.name, rule]));
  return {
    partitionOf: (topic, key) => {
      const rule = byName.get(topic);
      return rule && partitionOf(key, rule.partitions);
    },
    maxAttempts: (topic) => byName.get(topic)?.maxAttempts ?? defaultMaxAttempts,
  };
};
