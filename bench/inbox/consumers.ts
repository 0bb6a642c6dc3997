import { Registry } from 'prom-client';
import { OrderPaidSchema, type OrderPaid } from '#gen/order/v1/events_pb.ts';
import { openPool } from '#platform/database/pool.ts';
import type { Transaction } from '#platform/database/transaction.ts';
import type { InboxEvent } from '#platform/messaging/inbox/event.ts';
import { startInbox } from '#platform/messaging/inbox/start-inbox.ts';
import { logger, type Environment } from '../outbox/environment.ts';

/** A consumer that is running on a topic. */
export interface RunningConsumer {
  stop: () => Promise<void>;
}

const schema = 'assembly';

/** Creates the table for the business change of both consumers: a row for each event. */
export const createEffects = async (environment: Environment): Promise<void> => {
  await environment.query(`CREATE TABLE assembly.effects (topic text, event_id uuid, order_id uuid, user_id uuid, amount bigint);
    ALTER TABLE assembly.effects OWNER TO assembly`);
};

const noteTogether = async ({ client }: Transaction, events: readonly InboxEvent<OrderPaid>[]) => {
  await client.query({
    name: 'bench_effects',
    text: `INSERT INTO assembly.effects
      SELECT $1, * FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[])`,
    values: [
      events[0]?.topic,
      events.map(({ id }) => id),
      events.map(({ key }) => key),
      events.map(({ event }) => event.userId),
      events.map(({ event }) => event.amount),
    ],
  });
};

/** Starts a consumer with an inbox; events of `badKeys` always fail. */
export const startInboxConsumer = (
  { kafka, ...environment }: Environment,
  topic: string,
  badKeys: ReadonlySet<string> = new Set(),
): RunningConsumer => {
  const pool = openPool({
    url: environment.urlFor(schema),
    applicationName: 'bench',
    logger,
    max: 8,
  });
  const inbox = startInbox({ pool, schema, kafka, logger, registry: new Registry() }, [
    {
      name: topic,
      topic,
      message: OrderPaidSchema,
      deadLetterTopic: `${topic}.dlq`,
      whenExhausted: 'block-key',
      retry: { attempts: 100, baseMs: 1_000 },
      handle: async (tx, events) => {
        if (events.some(({ key }) => badKeys.has(key))) throw new Error('not yet');
        await noteTogether(tx, events as readonly InboxEvent<OrderPaid>[]);
      },
    },
  ]);
  const stop = async () => {
    await inbox.stop();
    await pool.end();
  };
  return { stop };
};

/** Starts the consumer of a typical tutorial: each message is one INSERT, and nothing is remembered. */
export const startBareConsumer = async (
  { kafka, ...environment }: Environment,
  topic: string,
): Promise<RunningConsumer> => {
  const pool = openPool({
    url: environment.urlFor(schema),
    applicationName: 'bench',
    logger,
    max: 8,
  });
  const consumer = kafka.consumer({ groupId: topic });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      const event = JSON.parse(String(message.value)) as Record<string, unknown>;
      const values = [
        topic,
        event['event_id'],
        event['order_id'],
        event['user_id'],
        event['amount'],
      ];
      await pool.query('INSERT INTO assembly.effects VALUES ($1, $2, $3, $4, $5)', values);
    },
  });
  const stop = async () => {
    await consumer.disconnect();
    await pool.end();
  };
  return { stop };
};
