import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { partitionOf } from '#platform/kafka/partitioner.ts';
import { newId } from '#platform/ids.ts';
import { bucketOf } from '#platform/outbox/bucket.ts';
import { createTestKafka } from '#platform/testing/kafka-topic.ts';
import { waitFor } from '#platform/testing/wait-for.ts';
import { readTopic } from './checker/read-topic.ts';
import { startSystem, type System } from './system/system.ts';

const topic = 'test.partition-away';
const manifestWith = (partitions: number) => `
profiles:
  local: { replication: 1, min_insync: 1 }
  cluster: { replication: 3, min_insync: 2 }
topics:
  - { name: ${topic}, owner: test, partitions: ${partitions}, retention: 1h, publish: { kind: default, max_attempts: 2 } }
`;
const keysOf = (partition: number) =>
  Array.from({ length: 400 }, (_, i) => `k${i}`).filter((key) => partitionOf(key, 2) === partition);

let folder: string;
let system: System;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inorder-partition-away-'));
  const topicsFile = join(folder, 'topics.yaml');
  await writeFile(topicsFile, manifestWith(1));
  system = await startSystem({ topicsFile });
  // from now on a publisher takes it that there is a partition 1, which the broker does not have
  await writeFile(topicsFile, manifestWith(2));
}, 60_000);
afterAll(async () => {
  await system.close();
  await rm(folder, { recursive: true, force: true });
}, 30_000);

/** So many events of each key, in turn. */
const insert = (keys: readonly string[], { from, to }: { from: number; to: number }) => {
  const sequences = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const events = sequences.flatMap((sequence) =>
    keys.map((key) => ({ id: newId(), key, sequence, bucket: bucketOf(key) })),
  );
  return system.query(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
     SELECT id, $2, key, sequence, 'T', '{}', '{}', bucket, clock_timestamp()
       FROM jsonb_to_recordset($1::jsonb) AS e(id uuid, key text, sequence bigint, bucket smallint)`,
    [JSON.stringify(events), topic],
  );
};
const countSent = async (keys: readonly string[]): Promise<number> => {
  const text =
    'SELECT count(*)::int AS count FROM loms.outbox WHERE key = ANY ($1) AND sent_at IS NOT NULL';
  const [found] = await system.query<{ count: number }>(text, [keys]);
  return found?.count ?? 0;
};

test('what lies before a partition that cannot be written holds up no other', async () => {
  const [good, bad] = [keysOf(0), keysOf(1)];
  // more than several reads of the publisher, in all buckets, before anything else
  await insert(bad, { from: 1, to: 15 });
  const publisher = await system.startPublisher('publisher');
  await publisher.waitForLine((line) => line.includes('a partition cannot be written'), 20_000);
  await insert(good, { from: 1, to: 5 });
  const sent = async () => (await countSent(good)) === 5 * good.length;
  await waitFor(sent, { what: 'the other partition to be sent', timeoutMs: 20_000 });
  expect(await countSent(bad)).toBe(0);

  const admin = createTestKafka(system.brokers).admin();
  await admin.connect();
  await admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] });
  await admin.disconnect();
  await insert(bad, { from: 16, to: 17 });
  await system.drained(40_000);
  const deliveries = await readTopic(system.brokers, topic);
  for (const key of bad) {
    const sequences = deliveries.filter((each) => each.key === key).map((each) => each.sequence);
    expect([...new Set(sequences)]).toEqual(Array.from({ length: 17 }, (_, i) => i + 1));
  }
}, 120_000);
