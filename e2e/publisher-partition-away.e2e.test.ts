import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { partitionOf } from '#platform/messaging/kafka/partitioner.ts';
import { bucketOf } from '#platform/messaging/outbox/bucket.ts';
import { createTestKafka } from '../testing/kafka-topic.ts';
import { waitFor } from '../testing/wait-for.ts';
import { readTopic } from '../testing/checker/read-topic.ts';
import type { TestProcess } from '../testing/engines/process.ts';
import { startSystem, type System } from '../testing/publisher/system.ts';

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
let opsUrl: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inorder-partition-away-'));
  const topicsFile = join(folder, 'topics.yaml');
  await writeFile(topicsFile, manifestWith(1));
  system = await startSystem({ topicsFile });
  // From now on publishers assume a partition 1, which the broker does not have.
  await writeFile(topicsFile, manifestWith(2));
  const env = { OPS_SOURCES: 'loms', TOPICS_FILE: topicsFile };
  opsUrl = (await system.startService('ops', env)).url;
});
afterAll(async () => {
  await system.close();
  await rm(folder, { recursive: true, force: true });
});

/** Inserts so many events of each key, in turn. */
const insert = (keys: readonly string[], { from, to }: { from: number; to: number }) =>
  system.query(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
     SELECT uuidv7(), $2, key, sequence, 'T', '{}', '{}', bucket, clock_timestamp()
       FROM generate_series($3::int, $4::int) AS sequence,
            jsonb_to_recordset($1::jsonb) AS e(key text, bucket smallint)
      ORDER BY sequence`,
    [JSON.stringify(keys.map((key) => ({ key, bucket: bucketOf(key) }))), topic, from, to],
  );
const countSent = async (keys: readonly string[]): Promise<number> => {
  const text =
    'SELECT count(*)::int AS count FROM loms.outbox WHERE key = ANY ($1) AND sent_at IS NOT NULL';
  const [found] = await system.query<{ count: number }>(text, [keys]);
  return found?.count ?? 0;
};

const ask = async (url: string): Promise<unknown> => (await fetch(url)).json();
const portOf = ({ lines }: TestProcess): number => {
  const open = lines.find((line) => line.includes('HTTP is open')) ?? '{}';
  return (JSON.parse(open) as { port: number }).port;
};
/** What /readyz, the status and the timeline of a key report about partition 1. */
const told = async (publisher: TestProcess, key: string) => {
  const { ready, checks } = (await ask(`http://127.0.0.1:${portOf(publisher)}/readyz`)) as {
    ready: boolean;
    checks: Record<string, string>;
  };
  const { sources } = (await ask(`${opsUrl}/ops/outbox/status`)) as {
    sources: { unwritable_partitions?: { topic: string; partition: number; error: string }[] }[];
  };
  const { entries } = (await ask(`${opsUrl}/ops/orders/${key}/timeline?limit=1`)) as {
    entries: { says: string }[];
  };
  const unwritable = sources[0]?.unwritable_partitions ?? [];
  return { ready, publishing: checks['publishing'], unwritable, says: entries[0]?.says };
};
const isTold = async (publisher: TestProcess, key: string): Promise<boolean> => {
  const words = `${topic}/1 cannot be written since \\d\\d:\\d\\d UTC: `;
  expect(await told(publisher, key)).toEqual({
    ready: true,
    publishing: expect.stringMatching(
      new RegExp(`^events of loms wait: partition 1 of ${topic} cannot be written `),
    ),
    unwritable: [expect.objectContaining({ topic, partition: 1 })],
    says: expect.stringMatching(new RegExp(`^to be sent since .*; ${words}`)),
  });
  return true;
};

// far more rows than one pass of a publisher reads
const waitingPerKey = 300;

test('what waits for a partition that cannot be written holds up no other, through a kill -9', async () => {
  const [good, bad] = [keysOf(0), keysOf(1)];
  await insert(bad, { from: 1, to: waitingPerKey });
  const start = async (name: string) => {
    const publisher = await system.startPublisher(name);
    await publisher.waitForLine((line) => line.includes('a partition cannot be written'), 120_000);
    return publisher;
  };
  const killed = await start('publisher');
  const isNamed = (publisher: TestProcess) =>
    waitFor(() => isTold(publisher, bad[0]!), { what: 'it to be named', timeoutMs: 120_000 });
  await isNamed(killed);
  await insert(good, { from: 1, to: 5 });
  const sent = (each: number) => async () => (await countSent(good)) === each * good.length;
  await waitFor(sent(5), { what: 'the other partition to be sent', timeoutMs: 120_000 });
  killed.kill('SIGKILL');
  const successor = await start('its successor');
  await isNamed(successor);
  await insert(good, { from: 6, to: 7 });
  await waitFor(sent(7), { what: 'the other partition to be sent again', timeoutMs: 120_000 });
  expect(await countSent(bad)).toBe(0);

  const admin = createTestKafka(system.brokers).admin();
  await admin.connect();
  await admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] });
  await admin.disconnect();
  const last = waitingPerKey + 2;
  await insert(bad, { from: waitingPerKey + 1, to: last });
  await system.drained(180_000);
  const isOver = async () => {
    const { publishing, unwritable } = await told(successor, bad[0]!);
    return publishing === 'ok' && unwritable.length === 0;
  };
  await waitFor(isOver, { what: 'it to be told no longer', timeoutMs: 120_000 });
  const deliveries = await readTopic(system.brokers, topic);
  const sequences = Map.groupBy(deliveries, ({ key }) => key);
  const inOrder = Array.from({ length: last }, (_, i) => i + 1);
  for (const key of bad)
    expect(sequences.get(key)?.map(({ sequence }) => sequence)).toEqual(inOrder);
});
