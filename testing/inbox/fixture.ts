import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { Client } from 'pg';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { OrderPaidSchema, type OrderPaid } from '#gen/order/v1/events_pb.ts';
import { createTestDatabase } from '../engines/database.ts';
import type { Transaction } from '#platform/database/transaction.ts';
import { cloudEventHeaders } from '#platform/messaging/event.ts';
import { newId } from '#platform/base/ids.ts';
import type { InboxConsumer } from '#platform/messaging/inbox/consumer.ts';
import type { InboxEvent } from '#platform/messaging/inbox/event.ts';
import { startInbox, type Inbox } from '#platform/messaging/inbox/start-inbox.ts';
import { openProducer, type OutgoingMessage } from '#platform/messaging/kafka/producer.ts';
import { encodeJson } from '#platform/proto/json/encode.ts';
import { createTestKafka, createTestTopic } from '../kafka-topic.ts';
import { openTestPool } from '../test-pool.ts';

const schema = 'assembly';

/** An event as a Kafka message carries it. */
export interface TestEvent {
  id: string;
  key: string;
  sequence: number;
  source?: string;
  type?: string;
}

export const testEvent = (key: string, sequence: number, id = newId()): TestEvent => ({
  id,
  key,
  sequence,
});

export const toTestMessage = ({
  id,
  key,
  sequence,
  source = 'order',
  type = 'order.v1.OrderPaid',
}: TestEvent): OutgoingMessage => {
  const moment = new Date();
  const event = create(OrderPaidSchema, {
    eventId: id,
    eventType: 'order.payment.completed',
    eventVersion: 1,
    orderId: key,
    occurredAt: timestampFromDate(moment),
    userId: randomUUID(),
    amount: 100n,
    paymentMethod: 'CARD',
    transactionId: randomUUID(),
  });
  const attributes = { id, source, type, time: moment.toISOString() };
  return {
    key,
    value: JSON.stringify(encodeJson(OrderPaidSchema, event, { emitDefaults: true })),
    headers: cloudEventHeaders({ ...attributes, subject: key, sequence: String(sequence) }),
  };
};

export type Handle = (tx: Transaction, events: readonly InboxEvent<OrderPaid>[]) => Promise<void>;

/** A handler that records, in the inbox's transaction, which events it handled. */
export const noteEffects: Handle = async ({ client }, events) => {
  await client.query(
    `INSERT INTO assembly.effects (event_id, key, sequence)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[])`,
    [events.map(({ id }) => id), events.map(({ key }) => key), events.map((e) => e.sequence)],
  );
};

/**
 * Opens a topic, its dead-letter topic, and a database with an inbox and a table `effects`; with what it returns, a
 * test starts consumers on them.
 */
export const openInboxFixture = async (partitions = 1) => {
  const kafka = createTestKafka(process.env['TEST_KAFKA_BROKERS'] ?? '');
  const topic = await createTestTopic(kafka, partitions);
  const deadLetterTopic = await createTestTopic(kafka, 1);
  const database = await createTestDatabase();
  const admin = new Client({ connectionString: database.adminUrl });
  await admin.connect();
  await admin.query(`CREATE TABLE assembly.effects (place bigserial, event_id uuid, key text, sequence bigint);
    ALTER TABLE assembly.effects OWNER TO assembly`);
  const logger = pino({ level: 'silent' });
  const url = database.urlFor(schema);
  const pool = openTestPool(url, 8);
  const running: Inbox[] = [];
  const registry = new Registry();
  const start = (
    handle: Handle,
    options: Partial<Omit<InboxConsumer<typeof OrderPaidSchema>, 'handle'>> = {},
    counts: Registry = registry,
  ): Inbox => {
    const consumer: InboxConsumer<typeof OrderPaidSchema> = {
      name: topic,
      topic,
      message: OrderPaidSchema,
      deadLetterTopic,
      whenExhausted: 'skip',
      retry: { attempts: 3, baseMs: 50 },
      ...options,
      handle,
    };
    const inbox = startInbox({ pool, schema, kafka, logger, registry: counts }, [consumer]);
    running.push(inbox);
    return inbox;
  };
  const query = async <Row>(text: string, values: unknown[] = []): Promise<Row[]> =>
    (await admin.query(text, values)).rows as Row[];
  return {
    kafka,
    topic,
    deadLetterTopic,
    database,
    pool,
    registry,
    start,
    query,
    send: async (messages: readonly OutgoingMessage[], partition = 0, to = topic) => {
      const producer = await openProducer({ kafka, deadlineMs: 60_000 });
      await producer.send([{ topic: to, partition, messages }], 60_000);
      await producer.close(2_000);
    },
    effects: effectsBy(query),
    count: countIn(registry),
    stop: async () => {
      await Promise.all(running.splice(0).map((inbox) => inbox.stop()));
    },
    close: async () => {
      await Promise.all(running.splice(0).map((inbox) => inbox.stop()));
      await pool.end();
      await admin.end();
    },
  };
};

type Query = <Row>(text: string, values?: unknown[]) => Promise<Row[]>;

/** The sequences of one key, or of all keys, in the order in which they took effect. */
const effectsBy = (query: Query) => async (key?: string) => {
  const text = `SELECT sequence FROM assembly.effects
    WHERE $1::text IS NULL OR key = $1 ORDER BY place`;
  const rows = await query<{ sequence: string }>(text, [key]);
  return rows.map(({ sequence }) => Number(sequence));
};

/** The value of an inbox metric, summed over the series with these labels. */
const countIn =
  (registry: Registry) =>
  async (name: string, labels: Record<string, string> = {}): Promise<number> => {
    const metric = await registry.getSingleMetric(name)?.get();
    const values = (metric?.values ?? []).filter((value) =>
      Object.entries(labels).every(([label, wanted]) => value.labels[label] === wanted),
    );
    return values.reduce((sum, { value }) => sum + value, 0);
  };

export type InboxFixture = Awaited<ReturnType<typeof openInboxFixture>>;
