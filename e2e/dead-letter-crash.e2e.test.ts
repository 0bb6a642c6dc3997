import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { eventHeader } from '#platform/messaging/event.ts';
import { newId } from '#platform/base/ids.ts';
import { createTestKafka } from '../testing/kafka-topic.ts';
import { untilWaitingForLock } from '../testing/lock-wait.ts';
import { waitFor } from '../testing/wait-for.ts';
import { createTestDatabase, type TestDatabase } from '../testing/engines/database.ts';
import { makeTopics, orderPaid, publishEvents } from '../testing/events/event-messages.ts';
import { readMessages } from '../testing/ops/read-messages.ts';
import { killLeftServices, startReady } from '../testing/services/start-service.ts';

const brokers = process.env['TEST_KAFKA_BROKERS'] ?? '';
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
afterAll(async () => {
  await killLeftServices();
  await admin.end();
});

const startAssembly = () =>
  startReady('assembly', {
    DATABASE_URL: database.urlFor('assembly'),
    KAFKA_BROKERS: brokers,
    KAFKA_ORDER_PAYMENT_COMPLETED_TOPIC: topic,
    KAFKA_ASSEMBLY_CONSUMER_GROUP_ID: topic,
    SESSION_TIMEOUT_MS: '1000',
  });

/** The ids of the events whose dead letters are on the topic. */
const sentLetters = async (): Promise<string[]> => {
  const letters = await readMessages(brokers, `${topic}.dlq`);
  return letters.map(
    ({ value }) => (JSON.parse(value.toString()) as { event_id: string }).event_id,
  );
};
const markedLetters = async (): Promise<string[]> => {
  const text = 'SELECT event_id FROM assembly.inbox_dead_letters';
  return (await admin.query<{ event_id: string }>(text)).rows.map((row) => row.event_id);
};
const isBuilt = async (orderId: string): Promise<boolean> => {
  const text = 'SELECT FROM assembly.builds WHERE order_id = $1';
  return (await admin.query(text, [orderId])).rowCount === 1;
};

test('killed when a dead letter is sent and not yet marked: it may come twice, and its order goes on', async () => {
  const orderId = newId();
  const poison = { ...orderPaid(orderId), value: '{}' };
  const id = poison.headers[eventHeader.id];
  const assembly = await startAssembly();
  await admin.query('BEGIN');
  try {
    // marking a dead letter as sent updates a row of this table
    await admin.query('LOCK TABLE assembly.inbox_dead_letters IN SHARE MODE');
    await publishEvents(kafka, topic, [
      poison,
      orderPaid(orderId, { [eventHeader.sequence]: '2' }),
    ]);
    await untilWaitingForLock(admin, 'assembly');
    expect(await sentLetters()).toContain(id);
    assembly.kill('SIGKILL');
    await assembly.exit;
  } finally {
    await admin.query('ROLLBACK');
  }
  expect(await markedLetters()).toEqual([]);
  expect(await isBuilt(orderId)).toBe(false);
  await startAssembly();
  // The claim of the killed process expires after half a minute; the test lets it expire now.
  await waitFor(
    async () => {
      const text = 'UPDATE assembly.inbox_parked_keys SET letter_due_at = clock_timestamp()';
      return (await admin.query(`${text} WHERE letter_due_at > clock_timestamp()`)).rowCount === 1;
    },
    { what: 'the claim' },
  );
  await waitFor(() => isBuilt(orderId), { what: 'the order to go on' });
  expect(await markedLetters()).toEqual([id]);
  expect(new Set(await sentLetters())).toEqual(new Set([id]));
});
