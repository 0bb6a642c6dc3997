import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafkaCluster, type KafkaCluster } from '../../../testing/engines/kafka-cluster.ts';
import { createTestKafka } from '../../../testing/kafka-topic.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import { createKafkaObserver } from './observer.ts';

// Three brokers, one of which no longer answers ops, while the cluster itself is well: what the broker leads and
// coordinates cannot be looked at, all else can.

const topics = Array.from({ length: 6 }, (_, index) => `silent.t${index}`);
const groups = Array.from({ length: 9 }, (_, index) => `silent.g${index}`);
let folder: string;
let cluster: KafkaCluster;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), `inorder-test-${process.pid}-silent-`));
  cluster = await startKafkaCluster(folder);
});
afterAll(async () => {
  await cluster.close();
  await rm(folder, { recursive: true, force: true });
});

/** How Kafka chooses the partition of a group: Java's hash of its name. */
const partitionOfGroup = (group: string, partitions: number): number => {
  let hash = 0;
  for (const letter of group) hash = (Math.imul(hash, 31) + (letter.codePointAt(0) ?? 0)) | 0;
  return (hash & 0x7fffffff) % partitions;
};

/** The names among these that have figures, and those that have none. */
const split = (seen: ReadonlyMap<string, object>) => {
  const names = (isKnown: boolean) =>
    [...seen].filter(([, part]) => 'figures' in part === isKnown).map(([name]) => name);
  return { known: names(true).toSorted(), unknown: names(false).toSorted() };
};

test('while a broker is silent only its topics and groups are unknown, and they come back', async () => {
  const direct = createTestKafka(cluster.direct);
  const admin = direct.admin();
  await admin.connect();
  // each broker leads two of them; where Kafka chooses, one may lead none
  const ids = cluster.nodes.map(({ nodeId }) => nodeId);
  const replicasOf = (n: number) => [...ids.slice(n % 3), ...ids.slice(0, n % 3)];
  await admin.createTopics({
    topics: topics.map((topic, n) => ({
      topic,
      replicaAssignment: [{ partition: 0, replicas: replicasOf(n) }],
    })),
    // kafkajs would give up where a broker has not heard of them yet
    waitForLeaders: false,
  });
  const observer = createKafkaObserver(createTestKafka(cluster.proxied));
  try {
    const leadersOf = async (topic: string) => {
      const { topics: found } = await admin.fetchTopicMetadata({ topics: [topic] });
      return (found[0]?.partitions ?? []).toSorted((a, b) => a.partitionId - b.partitionId);
    };
    const partitions = [{ partition: 0, offset: '0' }];
    const commit = (groupId: string) =>
      admin.setOffsets({ groupId, topic: topics[0]!, partitions }).then(
        () => true,
        () => false,
      );
    // each joins its group, which takes Kafka three seconds
    await Promise.all(
      groups.map((group) => waitFor(() => commit(group), { what: `${group} to be there` })),
    );
    await waitFor(
      async () => {
        const { topics: of, groups: found } = await observer.observe(topics);
        const isWhole = split(of).known.length === 6 && split(found).known.length === 9;
        return isWhole && of.values().every((each) => 'figures' in each && each.figures.length > 0);
      },
      { what: 'all to be known' },
    );
    const coordinators = await leadersOf('__consumer_offsets');
    const [{ nodeId, proxy }] = cluster.nodes as [KafkaCluster['nodes'][number]];
    const isIts = async (topic: string) => (await leadersOf(topic))[0]?.leader === nodeId;
    const itsGroups = groups.filter(
      (group) => coordinators[partitionOfGroup(group, coordinators.length)]?.leader === nodeId,
    );
    const itsTopics: string[] = [];
    for (const topic of topics) if (await isIts(topic)) itsTopics.push(topic);
    // otherwise the test would show nothing
    expect([itsGroups.length, itsTopics.length]).not.toContain(0);
    expect(itsGroups.length).toBeLessThan(groups.length);

    proxy.set('drop');
    // before kafkajs knows that the broker is silent, it may ask it for metadata, and all of a look is unknown
    const its = [...itsTopics, ...itsGroups].join();
    await waitFor(
      async () => {
        const seen = await observer.observe(topics).catch(() => undefined);
        return (
          seen && [...split(seen.topics).unknown, ...split(seen.groups).unknown].join() === its
        );
      },
      { what: 'only what is on the silent broker to be unknown', timeoutMs: 120_000 },
    );

    proxy.set('pass');
    await waitFor(
      async () => {
        const seen = await observer.observe(topics).catch(() => undefined);
        return (
          seen && split(seen.groups).known.length === 9 && split(seen.topics).known.length === 6
        );
      },
      { what: 'all to be known again', timeoutMs: 120_000 },
    );
  } finally {
    await observer.close();
    await admin.disconnect();
  }
});
