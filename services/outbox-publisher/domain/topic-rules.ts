/** What the manifest says about a topic; nothing should be sent to one without `publish`. */
export interface PublishedTopic {
  readonly name: string;
  readonly partitions: number;
  readonly publish?:
    | { readonly kind: 'default' | 'skip'; readonly max_attempts: number }
    | { readonly kind: 'pvz' }
    | undefined;
}

/** What happens to a row that could not be sent. */
export interface PublishPolicy {
  /**
   * `default`: a FAILED row blocks its key. `skip`: later rows of the key go on. `pvz`: they go on too; rows
   * are marked PROCESSING before they are sent, and an attempt is counted even when the broker is unavailable.
   */
  readonly kind: 'default' | 'skip' | 'pvz';
  readonly maxAttempts: number;
}

export interface TopicRules {
  /** Returns undefined when the manifest does not know the topic. */
  readonly partitionOf: (topic: string, key: string) => number | undefined;
  readonly policyOf: (topic: string) => PublishPolicy;
  /** The topics in which a FAILED row does not block its key. */
  readonly withoutBlocking: readonly string[];
}

// a topic unknown to the manifest is refused as often as any other
const usualPolicy: PublishPolicy = { kind: 'default', maxAttempts: 5 };

/** The contract of pick-up points: the number of attempts and the delay between them. */
export const pvzPolicy = { kind: 'pvz', maxAttempts: 3, backoffMs: 2_000 } as const;

export const createTopicRules = (
  topics: readonly PublishedTopic[],
  partitionOf: (key: string, partitions: number) => number,
): TopicRules => {
  const byName = new Map(
    topics.map((topic) => [topic.name, { ...topic, policy: toPolicy(topic) }]),
  );
  const policyOf = (topic: string) => byName.get(topic)?.policy ?? usualPolicy;
  return {
    partitionOf: (topic, key) => {
      const known = byName.get(topic);
      return known && partitionOf(key, known.partitions);
    },
    policyOf,
    withoutBlocking: [...byName.keys()].filter((topic) => policyOf(topic).kind !== 'default'),
  };
};

const toPolicy = ({ publish }: PublishedTopic): PublishPolicy => {
  if (!publish) return usualPolicy;
  if (publish.kind === 'pvz') return pvzPolicy;
  return { kind: publish.kind, maxAttempts: publish.max_attempts };
};
