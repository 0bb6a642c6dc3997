import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { partitionOf } from '#platform/messaging/kafka/partitioner.ts';
import { bucketOf } from '#platform/messaging/outbox/bucket.ts';
import { sleep } from '#platform/base/sleep.ts';
import { createTestKafka } from '../testing/kafka-topic.ts';
import { waitFor } from '../testing/wait-for.ts';
import { startKafkaCluster, type KafkaCluster } from '../testing/engines/kafka-cluster.ts';
import type { TestProcess } from '../testing/engines/process.ts';
import { startSystem, topic, type System } from '../testing/publisher/system.ts';

const manifest = `
profiles:
  local: { replication: 1, min_insync: 1 }
  cluster: { replication: 3, min_insync: 2 }
topics:
  - { name: ${topic}, owner: loms, partitions: 3, retention: 1h, publish: { kind: default, max_attempts: 2 } }
`;
const keys = Array.from({ length: 24 }, (_, i) => `k${i}`);
const keysOf = (partition: number, isOf = true) =>
  keys.filter((key) => (partitionOf(key, 3) === partition) === isOf);

let folder: string;
let cluster: KafkaCluster;
let system: System;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inorder-broker-silent-'));
  const topicsFile = join(folder, 'topics.yaml');
  await writeFile(topicsFile, manifest);
  cluster = await startKafkaCluster(folder);
  system = await startSystem({ topicsFile, cluster: cluster.proxied });
});
afterAll(async () => {
  await system.close();
  await cluster.close();
  await rm(folder, { recursive: true, force: true });
});

/** Writes an event for each key, again and again, until it is stopped. */
const startWriter = () => {
  const stopping = new AbortController();
  let sequence = 0;
  const rows = JSON.stringify(keys.map((key) => ({ key, bucket: bucketOf(key) })));
  const write = async () => {
    while (!stopping.signal.aborted) {
      await system.query(
        `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
         SELECT uuidv7(), $2, key, $3::int, 'T', '{}', '{}', bucket, clock_timestamp()
           FROM jsonb_to_recordset($1::jsonb) AS e(key text, bucket smallint)`,
        [rows, topic, sequence + 1],
      );
      sequence += 1;
      await sleep(100, stopping.signal);
    }
  };
  const written = write();
  return {
    sequence: () => sequence,
    stop: async () => {
      stopping.abort();
      await written;
    },
  };
};

/** The unwritable partitions that running publishers report, of those that this broker leads. */
const toldOf = async ({ port }: { port: number }): Promise<number[]> => {
  const rows = await system.query<{ partition: number }>(
    `SELECT u.partition FROM publisher.unwritable_partitions u JOIN publisher.members m USING (epoch)
      WHERE u.broker = $1 AND m.expires_at > clock_timestamp()`,
    [`127.0.0.1:${port}`],
  );
  return rows.map(({ partition }) => partition);
};

/** Writes ten more events for each of these keys and waits until they are sent. */
const goOn = async (writer: { sequence: () => number }, of: readonly string[], what: string) => {
  const from = writer.sequence();
  const isSent = async () => {
    const text = `SELECT count(*)::int AS count FROM loms.outbox
      WHERE key = ANY ($1) AND sequence > $2 AND sequence <= $2 + 10 AND sent_at IS NOT NULL`;
    const [found] = await system.query<{ count: number }>(text, [of, from]);
    return found?.count === 10 * of.length;
  };
  await waitFor(isSent, { what, timeoutMs: 120_000 });
};

const leaderOf = async (partition: number) => {
  const admin = createTestKafka(cluster.direct.split(',')[0] ?? '').admin();
  await admin.connect();
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const leader = topics[0]?.partitions.find((each) => each.partitionId === partition)?.leader;
    const node = cluster.nodes.find(({ nodeId }) => nodeId === leader);
    if (!node) throw new Error('no leader');
    return node;
  } finally {
    await admin.disconnect();
  }
};

test('a broker that answers to nobody holds up its own partitions alone, in every way of not answering', async () => {
  const writer = startWriter();
  let killedAt = new Date();
  let publisher: TestProcess = await system.startPublisher('publisher');
  try {
    await goOn(writer, keys, 'all to be sent');
    for (const mode of ['drop', 'half-open', 'reset'] as const) {
      const { proxy } = await leaderOf(0);
      const others = keysOf(0, false);
      proxy.set(mode);
      await goOn(writer, others, `${mode}: the others to be sent`);
      await publisher.waitForLine(
        (line) => line.includes('a partition cannot be written'),
        120_000,
      );
      await goOn(writer, others, `${mode}: the others to be sent still`);
      const isTold = async () => (await toldOf(proxy)).includes(0);
      await waitFor(isTold, { what: `${mode}: operators to be told`, timeoutMs: 120_000 });
      if (mode === 'drop') {
        killedAt = new Date();
        publisher.kill('SIGKILL');
        publisher = await system.startPublisher('its successor');
        await goOn(writer, others, 'the others to be sent by the successor');
        await waitFor(isTold, { what: 'the successor to tell operators', timeoutMs: 120_000 });
      }
      proxy.set('pass');
      await goOn(writer, keys, `${mode}: all to be sent again`);
      const isOver = async () => (await toldOf(proxy)).length === 0;
      await waitFor(isOver, { what: `${mode}: it to be told no longer`, timeoutMs: 120_000 });
    }
    // excluding events written while the killed publisher's lease had to run out
    const [delay] = await system.query<{ others: number; own: number }>(
      `SELECT max(extract(epoch FROM sent_at - created_at)) FILTER (
                WHERE key = ANY ($1) AND created_at NOT BETWEEN $2::timestamptz - interval '5 s' AND $2::timestamptz + interval '15 s'
              )::float8 AS others,
              max(extract(epoch FROM sent_at - created_at))::float8 AS own FROM loms.outbox`,
      [keysOf(2), killedAt],
    );
    console.info('longest from commit to sent, s', delay);
    // As a follower the frozen broker also delays the writes of the others, until Kafka removes it from the replicas
    // in sync.
    const frozen = await leaderOf(1);
    // the promise of `kill` resolves only when the process ends
    void frozen.server.kill('SIGSTOP');
    await goOn(writer, keysOf(1, false), 'frozen: the others to be sent');
    await goOn(writer, keys, 'frozen: all to be sent, by the leaders that came after it');
    void frozen.server.kill('SIGCONT');
    await goOn(writer, keys, 'all to be sent at the end');
  } finally {
    await writer.stop();
  }
  await system.drained(120_000);
  expect(await system.compare()).toMatchObject({ lost: 0, unsent: 0, violations: [] });
});
