import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { newId } from '#platform/base/ids.ts';
import { createTestKafka } from '../testing/kafka-topic.ts';
import { waitFor } from '../testing/wait-for.ts';
import { createTestDatabase, type TestDatabase } from '../testing/engines/database.ts';
import { makeTopics, orderPaid, publishEvents } from '../testing/events/event-messages.ts';
import { killLeftServices, launchService, startReady } from '../testing/services/start-service.ts';

const brokers = process.env['TEST_KAFKA_BROKERS']!;
const kafka = createTestKafka(brokers);
const topic = `test.${randomUUID()}`;
let database: TestDatabase;
let admin: Client;

beforeAll(async () => {
  await makeTopics(kafka, [topic, `${topic}.dlq`]);
  database = await createTestDatabase();
  admin = new Client({ connectionString: database.adminUrl });
  await admin.connect();
});
afterEach(killLeftServices);
afterAll(() => admin.end());

const startAssembly = (seconds: number) =>
  startReady('assembly', {
    DATABASE_URL: database.urlFor('assembly'),
    KAFKA_BROKERS: brokers,
    KAFKA_ORDER_PAYMENT_COMPLETED_TOPIC: topic,
    KAFKA_ASSEMBLY_CONSUMER_GROUP_ID: topic,
    ASSEMBLY_MIN_SEC: String(seconds),
    ASSEMBLY_MAX_SEC: String(seconds),
    SESSION_TIMEOUT_MS: '1000',
  });
const count = async (text: string, orderIds: readonly string[]): Promise<number> =>
  (await admin.query(text, [orderIds])).rowCount ?? 0;
const building = `SELECT FROM assembly.builds WHERE order_id = ANY ($1) AND status = 'BUILDING'`;
const started = 'SELECT FROM assembly.builds WHERE order_id = ANY ($1)';
const told = 'SELECT FROM assembly.outbox WHERE key = ANY ($1::text[])';
const newOrders = (size: number) => Array.from({ length: size }, newId);
const publish = (orderIds: readonly string[]) =>
  publishEvents(
    kafka,
    topic,
    orderIds.map((id) => orderPaid(id)),
  );
const waitForCount = (text: string, orderIds: readonly string[], wanted = orderIds.length) =>
  waitFor(async () => (await count(text, orderIds)) === wanted, { what: text, timeoutMs: 60_000 });
/** Lists the finished builds, each with the events that announced it. */
const listEnded = async (orderIds: readonly string[]) => {
  const { rows } = await admin.query<{ status: string; sequence: string; events: string[] }>(
    `SELECT b.status, b.sequence::text, array_agg(o.sequence::text) AS events
       FROM assembly.builds b LEFT JOIN assembly.outbox o ON key = order_id::text
      WHERE order_id = ANY ($1) GROUP BY order_id`,
    [orderIds],
  );
  return rows;
};
const expectEachOnce = async (orderIds: readonly string[]) => {
  const ended = await listEnded(orderIds);
  expect(ended).toHaveLength(orderIds.length);
  const once = { status: 'COMPLETED', sequence: '1', events: ['1'] };
  expect(ended.filter((build) => JSON.stringify(build) !== JSON.stringify(once))).toEqual([]);
};

test('an OrderPaid delivered five times is one build and one ShipAssembled, with its headers', async () => {
  const assembly = await startAssembly(1);
  const orderId = newId();
  const traceparent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`;
  const paid = orderPaid(orderId, { 'correlation-id': 'c-1', traceparent });
  await publishEvents(kafka, topic, [paid, paid, paid]);
  await waitForCount(told, [orderId]);
  await publishEvents(kafka, topic, [paid, paid]);
  const marker = newId();
  await publish([marker]);
  await waitForCount(started, [marker]);
  await expectEachOnce([orderId]);
  const { rows } = await admin.query(`SELECT * FROM assembly.outbox WHERE key = $1`, [orderId]);
  expect(rows).toMatchObject([
    {
      topic: 'order.assembly.completed',
      headers: {
        'correlation-id': 'c-1',
        traceparent,
        'causation-id': paid.headers['ce_id'],
      },
    },
  ]);
  expect(Object.keys((rows as { headers: object }[])[0]!.headers)).toHaveLength(3);
  expect(await assembly.stop()).toEqual({ code: 0, signal: null });
});

test('a restart with builds under way loses none and starts none twice', async () => {
  const first = await startAssembly(600);
  const orderIds = newOrders(200);
  await publish(orderIds);
  await waitForCount(started, orderIds);
  expect(await first.stop()).toEqual({ code: 0, signal: null });
  expect(await count(building, orderIds)).toBe(200);
  await admin.query('UPDATE assembly.timers SET due_at = clock_timestamp()');
  const second = await startAssembly(600);
  await waitForCount(told, orderIds);
  await expectEachOnce(orderIds);
  await second.stop();
});

test('two processes; one is killed while builds begin and end: none is lost, none is done twice', async () => {
  const victim = await startAssembly(1);
  const other = await startAssembly(1);
  const orderIds = newOrders(2_000);
  const publishing = (async () => {
    for (let at = 0; at < orderIds.length; at += 100) await publish(orderIds.slice(at, at + 100));
  })();
  await waitFor(async () => (await count(told, orderIds)) > 300, {
    what: 'the middle',
    intervalMs: 2,
    timeoutMs: 60_000,
  });
  victim.kill('SIGKILL');
  await Promise.all([publishing, victim.exit]);
  await waitForCount(told, orderIds);
  await expectEachOnce(orderIds);
  expect(await other.stop()).toEqual({ code: 0, signal: null });
});

test('idle, a build ends within milliseconds of its time', async () => {
  const assembly = await startAssembly(1);
  for (let n = 0; n < 5; n += 1) {
    const orderIds = [newId()];
    await publish(orderIds);
    await waitForCount(told, orderIds);
  }
  const { rows } = await admin.query<{ late: number }>(
    `SELECT (extract(epoch FROM completed_at - due_at) * 1000)::float8 AS late FROM assembly.builds
      ORDER BY started_at DESC LIMIT 5`,
  );
  for (const { late } of rows) expect(late).toBeLessThan(10_000);
  await assembly.stop();
});

test('settings that contradict each other are named', async () => {
  const env = {
    DATABASE_URL: database.urlFor('assembly'),
    KAFKA_BROKERS: brokers,
    ASSEMBLY_MIN_SEC: '5',
    ASSEMBLY_MAX_SEC: '4',
  };
  const assembly = launchService('assembly', env);
  expect(await assembly.exit).toEqual({ code: 1, signal: null });
  expect(assembly.lines.join('\n')).toMatch(/less than ASSEMBLY_MIN_SEC\s+→ at ASSEMBLY_MAX_SEC/);
});
