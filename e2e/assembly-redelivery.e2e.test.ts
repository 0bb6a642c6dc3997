import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { newId } from '#platform/base/ids.ts';
import { findFreePort } from '../testing/free-port.ts';
import { createTestKafka } from '../testing/kafka-topic.ts';
import { waitFor } from '../testing/wait-for.ts';
import { startKafka, type Kafka } from '../deploy/local/kafka.ts';
import { readMetrics } from '../tools/demo/metrics.ts';
import { createTestDatabase, type TestDatabase } from '../testing/engines/database.ts';
import type { TestProcess } from '../testing/engines/process.ts';
import { makeTopics, orderPaid, publishEvents } from '../testing/events/event-messages.ts';
import { startCommitGate, type CommitGate } from '../testing/kafka/commit-gate.ts';
import { killLeftServices, portOf, startReady } from '../testing/services/start-service.ts';

let folder: string;
let gate: CommitGate;
let broker: Kafka;
let kafka: ReturnType<typeof createTestKafka>;
let database: TestDatabase;
let admin: Client;
let topic: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inorder-redelivery-'));
  const behindGate = await findFreePort();
  gate = await startCommitGate(behindGate);
  broker = await startKafka({
    dataDir: join(folder, 'kafka'),
    logFile: join(folder, 'kafka.log'),
    isThrowAway: true,
    port: await findFreePort(),
    controllerPort: await findFreePort(),
    proxied: { port: behindGate, advertisedPort: gate.port },
  });
  kafka = createTestKafka(broker.brokers);
});
beforeEach(async () => {
  topic = `test.${randomUUID()}`;
  await makeTopics(kafka, [topic, `${topic}.dlq`]);
  database = await createTestDatabase();
  admin = new Client({ connectionString: database.adminUrl });
  await admin.connect();
});
afterEach(async () => {
  gate.pass();
  await killLeftServices();
  await admin.end();
});
afterAll(async () => {
  await gate.close();
  await broker.stop();
  await rm(folder, { recursive: true, force: true });
});

const startAssembly = (sessionTimeoutMs = 1_000) =>
  startReady('assembly', {
    DATABASE_URL: database.urlFor('assembly'),
    KAFKA_BROKERS: `127.0.0.1:${gate.port}`,
    KAFKA_ORDER_PAYMENT_COMPLETED_TOPIC: topic,
    KAFKA_ASSEMBLY_CONSUMER_GROUP_ID: topic,
    ASSEMBLY_MIN_SEC: '0',
    ASSEMBLY_MAX_SEC: '1',
    SESSION_TIMEOUT_MS: String(sessionTimeoutMs),
    LOG_LEVEL: 'info',
  });

const publish = async (count: number): Promise<void> => {
  await publishEvents(
    kafka,
    topic,
    Array.from({ length: count }, () => orderPaid(newId())),
  );
};

const count = async (text: string): Promise<number> =>
  (await admin.query<{ n: number }>(`SELECT count(*)::int AS n FROM assembly.${text}`)).rows[0]!.n;

const untilBuilt = (orders: number) =>
  waitFor(async () => (await count(`outbox WHERE topic = 'order.assembly.completed'`)) >= orders, {
    what: `${orders} ships to be built`,
    timeoutMs: 60_000,
    intervalMs: 50,
  });

const duplicatesAt = async (assembly: TestProcess): Promise<number> => {
  const samples = await readMetrics(`http://127.0.0.1:${await portOf(assembly, 'HTTP is open')}`);
  return samples.find(({ metric }) => metric === 'inbox_duplicates_total')?.value ?? 0;
};

/** Expects one inbox row, one build and one event for each order, and no dead letters. */
const expectEachOnce = async (orders: number): Promise<void> => {
  const { rows } = await admin.query<{ keys: number; rows: number }>(`
    SELECT count(DISTINCT key)::int AS keys, count(*)::int AS rows FROM assembly.outbox
     UNION ALL SELECT count(DISTINCT key)::int, count(*)::int FROM assembly.inbox WHERE outcome = 'HANDLED'
     UNION ALL SELECT count(*)::int, count(*)::int FROM assembly.builds WHERE status = 'COMPLETED'`);
  expect(rows).toEqual(Array(3).fill({ keys: orders, rows: orders }));
  expect(await count('inbox')).toBe(orders);
  expect(await count('inbox_dead_letters')).toBe(0);
};

test('killed after the commit of the database and before that of the offsets: all of it comes again, and does nothing', async () => {
  const replicas = await Promise.all([startAssembly(), startAssembly()]);
  gate.hold();
  const before = gate.vanished();
  await publish(300);
  await waitFor(() => gate.vanished() >= before + 2, { what: 'both to commit offsets' });
  for (const replica of replicas) replica.kill('SIGKILL');
  await Promise.all(replicas.map(({ exit }) => exit));
  // the server may still be carrying out what they had sent
  const sessions = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND usename = 'assembly'`;
  const areOver = async () => (await admin.query(sessions)).rowCount === 0;
  await waitFor(areOver, { what: 'no session of assembly', timeoutMs: 60_000 });
  const taken = await count('inbox');
  expect(taken).toBeGreaterThan(0);
  gate.pass();
  // so patient that it is not taken for dead on a busy machine, which would make it read once more
  const successor = await startAssembly(30_000);
  await untilBuilt(300);
  await waitFor(async () => (await duplicatesAt(successor)) >= taken, { what: 'duplicates' });
  expect(await duplicatesAt(successor)).toBe(taken);
  await expectEachOnce(300);
});

test('two replicas that are taken for dead by turns and come back race for the same events: each acts once', async () => {
  const replicas = await Promise.all([startAssembly(), startAssembly()]);
  const perBatch = 100;
  let published = 0;
  const publishMore = async () => {
    await publish(perBatch);
    published += perBatch;
  };
  for (let round = 0; round < 6; round += 1) {
    const victim = replicas[round % 2]!;
    const before = gate.vanished();
    gate.hold();
    await publishMore();
    await waitFor(() => gate.vanished() > before, { what: 'a commit to vanish' });
    victim.kill('SIGSTOP');
    gate.pass();
    await publishMore();
    // By then the other replica owns all partitions, and what the victim had in flight is delivered to it again.
    await untilBuilt(published);
    victim.kill('SIGCONT');
    await publishMore();
  }
  await untilBuilt(published);
  await expectEachOnce(published);
  const duplicates = await Promise.all(replicas.map(duplicatesAt));
  console.log(`dropped as duplicates: ${duplicates.join(' and ')} of ${published} events`);
  for (const each of duplicates) expect(each).toBeGreaterThan(0);
  for (const replica of replicas) expect(await replica.stop()).toEqual({ code: 0, signal: null });
});
