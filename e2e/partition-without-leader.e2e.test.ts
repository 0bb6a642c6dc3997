import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { eventHeader } from '#platform/messaging/event.ts';
import { startConsumer, type Consumer } from '#platform/messaging/kafka/consumer.ts';
import { groupCheck } from '#platform/messaging/kafka/group-check.ts';
import { partitionOf } from '#platform/messaging/kafka/partitioner.ts';
import { bucketOf } from '#platform/messaging/outbox/bucket.ts';
import { createTestKafka } from '../testing/kafka-topic.ts';
import { waitFor } from '../testing/wait-for.ts';
import { startKafkaCluster, type KafkaCluster } from '../testing/engines/kafka-cluster.ts';
import type { TestProcess } from '../testing/engines/process.ts';
import { startSystem, topic, type System } from '../testing/publisher/system.ts';

// Each partition has one replica, so without its broker it has no leader.
const manifest = `
profiles:
  local: { replication: 1, min_insync: 1 }
  cluster: { replication: 1, min_insync: 1 }
topics:
  - { name: ${topic}, owner: loms, partitions: 3, retention: 1h, publish: { kind: default, max_attempts: 2 } }
  - { name: test.idle, owner: test, partitions: 3, retention: 1h, publish: { kind: default, max_attempts: 2 } }
`;
const keys = Array.from({ length: 12 }, (_, i) => `k${i}`);
const keysOf = (partition: number) => keys.filter((key) => partitionOf(key, 3) === partition);
const idleTopic = 'test.idle';
const timeoutMs = 600_000;

let folder: string;
let cluster: KafkaCluster;
let system: System;
const consumers: Consumer[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inorder-no-leader-'));
  const topicsFile = join(folder, 'topics.yaml');
  await writeFile(topicsFile, manifest);
  cluster = await startKafkaCluster(folder);
  system = await startSystem({ topicsFile, cluster: cluster.proxied });
});
afterAll(async () => {
  await Promise.all(consumers.map((consumer) => consumer.stop()));
  await system.close();
  await cluster.close();
  await rm(folder, { recursive: true, force: true });
});

/** Writes an event with this sequence for each key. */
const write = (sequence: number) =>
  system.query(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
     SELECT uuidv7(), $2, key, $3::int, 'T', '{}', '{}', bucket, clock_timestamp()
       FROM jsonb_to_recordset($1::jsonb) AS e(key text, bucket smallint)`,
    [JSON.stringify(keys.map((key) => ({ key, bucket: bucketOf(key) }))), topic, sequence],
  );

const countSent = async (of: readonly string[]): Promise<number> => {
  const [found] = await system.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM loms.outbox WHERE key = ANY ($1) AND sent_at IS NOT NULL',
    [of],
  );
  return found?.count ?? 0;
};

interface Group {
  /** The sequences that have been handled, by key. */
  sequences: Map<string, number[]>;
  join: () => Consumer;
}
const createGroup = (groupId: string): Group => {
  const sequences = new Map(keys.map((key): [string, number[]] => [key, []]));
  const kafka = createTestKafka(cluster.proxied);
  const join = () => {
    const consumer = startConsumer({
      kafka,
      groupId,
      topics: [topic, idleTopic],
      logger: pino({ level: 'silent' }),
      handle: ([message]) => {
        const sequence = Number(message?.headers[eventHeader.sequence]);
        sequences.get(message?.key ?? '')?.push(sequence);
      },
    });
    consumers.push(consumer);
    return consumer;
  };
  return { sequences, join };
};

const has = ({ sequences }: Group, of: readonly string[], sequence: number): boolean =>
  of.every((key) => sequences.get(key)?.includes(sequence));

const until = (condition: () => boolean | Promise<boolean>, what: string) =>
  waitFor(condition, { what, timeoutMs });

const isHeldBy = (members: readonly Consumer[], partition: { topic: string; partition: number }) =>
  members
    .flatMap((member) => member.held())
    .some(
      (hold) =>
        hold.topic === partition.topic &&
        hold.partition === partition.partition &&
        hold.cause.includes('LEADER_NOT_AVAILABLE'),
    );

/** Whether the group's committed offsets have passed all the messages that it was sent. */
const isCommitted = async (groupId: string, messages: number): Promise<boolean> => {
  const admin = createTestKafka(cluster.direct).admin();
  await admin.connect();
  try {
    const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
    const offsets = found?.partitions.map(({ offset }) => Math.max(0, Number(offset))) ?? [];
    return offsets.reduce((sum, offset) => sum + offset, 0) === messages;
  } finally {
    await admin.disconnect();
  }
};

/** Finds the broker that leads the first partition, and all partitions that it leads. */
const findVictim = async () => {
  const admin = createTestKafka(cluster.direct).admin();
  await admin.connect();
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic, idleTopic] });
    const partitions = topics.flatMap(({ name, partitions: all }) =>
      all.map(({ partitionId, leader }) => ({ topic: name, partition: partitionId, leader })),
    );
    const { leader } = partitions.find((each) => each.topic === topic && each.partition === 0)!;
    const node = cluster.nodes.find(({ nodeId }) => nodeId === leader)!;
    return { server: node.server, led: partitions.filter((each) => each.leader === leader) };
  } finally {
    await admin.disconnect();
  }
};

const readiness = async (publisher: TestProcess): Promise<string | undefined> => {
  const line = publisher.lines.find((each) => each.includes('HTTP is open')) ?? '{}';
  const { port } = JSON.parse(line) as { port: number };
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
  const { checks } = (await answer.json()) as { checks: Record<string, string> };
  return checks['publishing'];
};

test('a partition without a leader holds up itself alone, for the publisher and for consumers, until it has one again', async () => {
  const waiting = keysOf(0);
  const others = keys.filter((key) => !waiting.includes(key));
  const publisher = await system.startPublisher('publisher');
  const group = createGroup('first');
  const first = group.join();
  await write(1);
  await until(() => has(group, keys, 1), 'all to be handled');
  // Whatever is not committed when its broker is killed is delivered again to the next owner of the partition.
  await until(() => isCommitted('first', keys.length), 'all to be committed');

  const { server, led } = await findVictim();
  await server.kill('SIGKILL');
  const isHeld = (members: readonly Consumer[]) => led.every((each) => isHeldBy(members, each));
  await until(() => isHeld([first]), 'the rest to be held');
  expect(first.held()).toHaveLength(led.length);
  await write(2);
  await until(() => has(group, others, 2), 'what has a leader to be sent and handled');
  await expect(groupCheck(first)()).rejects.toThrow(/partition \d of .* is held at offset/);
  // the reason depends on the last error: no leader, no connection, or no answer in time
  const says = /partition 0 of loms.order-events.* cannot be written/;
  const isTold = async () => {
    expect(await readiness(publisher)).toMatch(says);
    return true;
  };
  await until(isTold, 'the publisher to say so');

  // a consumer that joins now
  const lateGroup = createGroup('late');
  const late = lateGroup.join();
  await until(() => has(lateGroup, others, 2), 'a new group to handle what has a leader');
  await until(() => isHeld([late]), 'it to hold the rest');
  const second = group.join();
  await until(() => second.isReady(), 'a second member');
  await write(3);
  await until(() => has(group, others, 3), 'what has a leader to be handled after the rebalance');
  await until(() => isHeld([first, second]), 'the rest to be held by either');
  expect(await countSent(waiting)).toBe(waiting.length);

  await server.start();
  await system.drained(timeoutMs);
  const groups = [group, lateGroup];
  await until(() => groups.every((each) => has(each, keys, 3)), 'all to be handled');
  for (const { sequences } of groups)
    for (const key of waiting) expect([key, sequences.get(key)]).toEqual([key, [1, 2, 3]]);
  const members = [first, second, late];
  const isOver = () => members.every((member) => member.held().length === 0);
  await until(isOver, 'nothing to be held, neither what nothing was written to');
  await until(async () => (await readiness(publisher)) === 'ok', 'the publisher to say no more');
  expect(await system.compare()).toMatchObject({ lost: 0, unsent: 0, violations: [] });
});
