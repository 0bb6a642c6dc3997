import type { Kafka } from './client.ts';
import { settledWithin } from './within.ts';

/** The leaders of partitions, by the address of the broker. */
export interface Leaders {
  /** Returns the leader of a partition, or undefined when it is not known. */
  readonly of: (topic: string, partition: number) => string | undefined;
  /** Returns how many brokers are known, including those that are down. */
  readonly brokerCount: () => number;
  /** Returns whether the known leaders are so old that they have to be fetched again. */
  readonly isOld: () => boolean;
  /** Asks every known broker in parallel; resolves with false when none answers in time. */
  readonly ask: () => Promise<boolean>;
}

export interface LeadersOptions {
  /** The bootstrap addresses from the settings. */
  brokers: readonly string[];
  /** Creates a client that knows this address only. */
  kafkaAt: (address: string) => Kafka;
  monotonicMs: () => number;
}

const answerMs = 2_500;
const oldMs = 30_000;

/**
 * Asks each broker over a client of its own and uses the first answer, so a broker that does not answer delays no
 * other. The known leaders may be outdated; then a request goes over the wrong connection to a broker that refuses it
 * or passes it on, which does no harm.
 */
export const createLeaders = ({ brokers, kafkaAt, monotonicMs }: LeadersOptions): Leaders => {
  let known = new Set(brokers);
  let leaders = new Map<string, string>();
  let brokerCount = 0;
  let answeredMs = -Infinity;
  let asking: Promise<boolean> | undefined;

  const askOne = async (address: string): Promise<void> => {
    const cluster = await lookAround(kafkaAt(address));
    answeredMs = monotonicMs();
    brokerCount = cluster.brokerCount;
    leaders = cluster.leaders;
    known = new Set([...brokers, ...cluster.addresses.values()]);
  };
  const askAll = async (): Promise<boolean> => {
    const beganMs = monotonicMs();
    await settledWithin(Promise.any([...known].map(askOne)), answerMs);
    return answeredMs >= beganMs;
  };
  return {
    of: (topic, partition) => leaders.get(`${topic}/${partition}`),
    brokerCount: () => brokerCount,
    isOld: () => monotonicMs() - answeredMs > oldMs,
    ask: () => {
      asking ??= askAll().finally(() => {
        asking = undefined;
      });
      return asking;
    },
  };
};

interface Cluster {
  brokerCount: number;
  addresses: Map<number, string>;
  /** The leaders by partition; partitions without a leader are left out. */
  leaders: Map<string, string>;
}

const lookAround = async (kafka: Kafka): Promise<Cluster> => {
  const admin = kafka.admin({ retry: { retries: 0 } });
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    const addresses = new Map(brokers.map(({ nodeId, host, port }) => [nodeId, `${host}:${port}`]));
    // The request is for all topics, because asking for one by name might create it.
    const { topics } = await admin.fetchTopicMetadata();
    const leaders = topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionId, leader }) => [
        `${name}/${partitionId}`,
        addresses.get(leader),
      ]),
    );
    const known = leaders.filter((each): each is [string, string] => each[1] !== undefined);
    const replicas = topics.flatMap(({ partitions }) =>
      partitions.flatMap((each) => each.replicas),
    );
    const brokerCount = new Set([...addresses.keys(), ...replicas]).size;
    return { brokerCount, addresses, leaders: new Map(known) };
  } finally {
    void admin.disconnect().catch(() => undefined);
  }
};
