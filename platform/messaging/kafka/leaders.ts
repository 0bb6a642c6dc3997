import type { Kafka } from './client.ts';
import { settledWithin } from './within.ts';

/** Which broker leads which partition, by its address. */
export interface Leaders {
  /** Undefined: not known. */
  readonly of: (topic: string, partition: number) => string | undefined;
  /** How many brokers there are, as far as is known: also those that are down. */
  readonly brokerCount: () => number;
  /** What is known is so old that it is to be asked for again. */
  readonly isOld: () => boolean;
  /** Asks every broker that is known, all at once; false when none answers in time. */
  readonly ask: () => Promise<boolean>;
}

export interface LeadersOptions {
  /** Where to begin: addresses as they are set. */
  brokers: readonly string[];
  /** A client that knows this address alone. */
  kafkaAt: (address: string) => Kafka;
  monotonicMs: () => number;
}

const answerMs = 2_500;
const oldMs = 30_000;

/**
 * Each broker is asked by a client of its own, and the first answer counts: one that answers to nobody delays no
 * answer of another. What is known may be old; then a request goes to a broker that refuses it or passes it on,
 * and nothing is wrong but that it goes by the wrong connection.
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
  /** Without the partitions that have no leader. */
  leaders: Map<string, string>;
}

const lookAround = async (kafka: Kafka): Promise<Cluster> => {
  const admin = kafka.admin({ retry: { retries: 0 } });
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    const addresses = new Map(brokers.map(({ nodeId, host, port }) => [nodeId, `${host}:${port}`]));
    // of all topics: to ask for one by its name might make it
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
