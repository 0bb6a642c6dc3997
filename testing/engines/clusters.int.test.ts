import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { Kafka, logLevel } from 'kafkajs';
import { waitFor } from '../wait-for.ts';
import { startKafkaCluster } from './kafka-cluster.ts';
import { startPostgresPair } from './postgres-pair.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), `inorder-test-${process.pid}-clusters-`));
  await chmod(folder, 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('three brokers lead a partition each, and clients reach each through its proxy', async () => {
  const cluster = await startKafkaCluster(folder);
  try {
    const kafka = new Kafka({ brokers: cluster.proxied.split(','), logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    try {
      const topics = [{ topic: 'three', numPartitions: 3 }];
      await admin.createTopics({ topics, waitForLeaders: false });
      const [topic] = await waitFor(
        async () => {
          const { topics: found } = await admin.fetchTopicMetadata({ topics: ['three'] });
          return found[0]?.partitions.every(({ leader }) => leader > 0) ? found : undefined;
        },
        { what: 'every partition to have a leader', timeoutMs: 60_000 },
      );
      const leaders = topic?.partitions.map(({ leader }) => leader).sort();
      expect(leaders).toEqual([1, 2, 3]);
      expect(topic?.partitions.map(({ replicas }) => replicas.length)).toEqual([3, 3, 3]);
    } finally {
      await admin.disconnect();
    }
  } finally {
    await cluster.close();
  }
});

test('what the primary has committed, the standby has, refuses to change, and changes when promoted', async () => {
  const pair = await startPostgresPair(folder);
  try {
    await query(pair.primary.url, 'CREATE TABLE kept (n int)');
    await query(pair.primary.url, 'INSERT INTO kept VALUES (1)');
    await waitFor(async () => (await query(pair.standby.url, 'SELECT n FROM kept')).length === 1, {
      what: 'the row to be visible on the standby',
      timeoutMs: 60_000,
    });
    const insert = 'INSERT INTO kept VALUES (2)';
    await expect(query(pair.standby.url, insert)).rejects.toMatchObject({ code: '25006' });
    await pair.primary.server.kill('SIGKILL');
    await pair.promote();
    await query(pair.standby.url, insert);
    expect(await query(pair.standby.url, 'SELECT n FROM kept ORDER BY n')).toEqual([
      { n: 1 },
      { n: 2 },
    ]);
  } finally {
    await pair.close();
  }
});

const query = async (connectionString: string, text: string): Promise<unknown[]> => {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(text)).rows as unknown[];
  } finally {
    await client.end();
  }
};
