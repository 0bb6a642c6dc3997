import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { ensureTopics } from '#platform/messaging/kafka/admin.ts';
import { createKafka } from '#platform/messaging/kafka/client.ts';
import { topicOf } from '#platform/messaging/topics.ts';
import { createTestDatabase } from '../../testing/engines/database.ts';
import { findFreePort } from '../../testing/free-port.ts';
import { startKafka } from '../local/kafka.ts';
import { services } from '../services.ts';
import { missingOf } from './prepared.ts';

const logger = pino({ level: 'silent' });
const kafkaAt = (brokers: string) =>
  createKafka({ brokers: [brokers], clientId: 'test', logger, requestTimeoutMs: 2_000 });
const manifestOf = (name: string) => {
  const found = services.find((each) => each.name === name);
  if (found === undefined) throw new Error(`There is no service ${name}.`);
  return found;
};

test('each service finds its tables after the migrations', async () => {
  const database = await createTestDatabase();
  for (const service of services.filter(({ schema }) => schema !== undefined)) {
    const url = database.urlFor(service.schema ?? '');
    expect([service.name, await missingOf(service, { url })]).toEqual([service.name, []]);
  }
});

test('a schema that is not made, or older than this version, and an outbox that is missing', async () => {
  const database = await createTestDatabase();
  const admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  await admin.query(
    'DELETE FROM loms.migrations WHERE created_at = (SELECT max(created_at) FROM loms.migrations)',
  );
  await admin.query('DROP SCHEMA "order" CASCADE');
  await admin.end();
  const missing = (name: string, schema = name) =>
    missingOf(manifestOf(name), { url: database.urlFor(schema) });
  expect(await missing('loms')).toEqual(['schema loms lacks the migrations of this version']);
  expect(await missing('order')).toEqual(['schema order is not made']);
  expect(await missing('outbox-publisher', 'publisher')).toEqual(['schema order has no outbox']);
  expect(await missing('pvz')).toEqual([]);
});

test('a database that does not answer is waited for', async () => {
  const missing = await missingOf(manifestOf('loms'), {
    url: 'postgres://loms@127.0.0.1:1/inorder',
  });
  expect(missing).toEqual([expect.stringMatching(/^the database cannot be asked \(/)]);
});

test('a topic that is missing, and one that is there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'inorder-test-kafka-'));
  const port = await findFreePort();
  const broker = await startKafka({
    dataDir: join(folder, 'data'),
    port,
    controllerPort: await findFreePort(),
    logFile: join(folder, 'log'),
    isThrowAway: true,
  });
  try {
    const kafka = kafkaAt(`127.0.0.1:${port}`);
    const notifier = manifestOf('notifier');
    const topic = topicOf('loms.v1.OrderStatusChanged');
    expect(await missingOf(notifier, { kafka })).toEqual([`no topic ${topic}`]);
    const plan = { name: topic, partitions: 2, replication: 1, minInsync: 1, retentionMs: 60_000 };
    await ensureTopics({ kafka, plans: [plan], waitMs: 30_000 });
    expect(await missingOf(notifier, { kafka })).toEqual([]);
    const others = await missingOf({ name: 'ops' }, { kafka });
    expect(others.length).toBeGreaterThan(4);
    expect(others).not.toContain(`no topic ${topic}`);
  } finally {
    broker.kill('SIGKILL');
    await broker.exited;
    await rm(folder, { recursive: true });
  }
  const away = kafkaAt(`127.0.0.1:${port}`);
  expect(await missingOf(manifestOf('notifier'), { kafka: away })).toEqual(['no broker answers']);
});
