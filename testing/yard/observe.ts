import { Client } from 'pg';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { OrderStatus, type Order } from '#gen/order/v1/order_pb.ts';
import { decodeEventValue } from '#platform/messaging/event-value.ts';
import type { Kafka } from '#platform/messaging/kafka/client.ts';
import type { ReceivedMessage } from '#platform/messaging/kafka/message.ts';
import { topicOf } from '#platform/messaging/topics.ts';
import { compareWithOutbox, type Comparison } from '../checker/compare.ts';
import { readTopics } from '../kafka/read-topics.ts';

/** The topics of the yard, each with the service whose outbox it is published from. */
export const yardTopics = {
  paid: { source: 'order', topic: topicOf('order.v1.OrderPaid') },
  assembled: { source: 'assembly', topic: topicOf('assembly.v1.ShipAssembled') },
} as const;

/** The consumer groups of notification: one handles payments, the other ships. */
export const consumers = ['notification-payment', 'notification-assembly'] as const;

export interface YardEngines {
  /** An administrator's URL. */
  databaseUrl: string;
  brokers: string;
  kafka: Kafka;
}

export interface YardFacts {
  /** The comparison of the topics with the outboxes, for these orders. */
  paid: Comparison;
  assembled: Comparison;
  /** How many events of these orders notification has handled, by consumer group. */
  notified: Map<string, number>;
  /** For each assembled order: milliseconds from payment to ASSEMBLED, less the build time. */
  overheadsMs: number[];
}

/** Collects what became of a user's orders: events, notifications and times. */
export const observeYard = async (
  engines: YardEngines,
  orders: readonly Order[],
): Promise<YardFacts> => {
  const keys = new Set(orders.map(({ orderId }) => orderId));
  const compare = (which: (typeof yardTopics)[keyof typeof yardTopics]) =>
    compareWithOutbox({ ...engines, ...which, keys });
  return {
    paid: await compare(yardTopics.paid),
    assembled: await compare(yardTopics.assembled),
    notified: await countNotified(engines.databaseUrl, [...keys]),
    overheadsMs: await measureOverheads(engines.kafka, orders),
  };
};

/** Counts how many events of these orders each consumer of notification has handled. */
const countNotified = async (
  databaseUrl: string,
  keys: readonly string[],
): Promise<Map<string, number>> => {
  const rows = await query<{ consumer: string; count: number }>(
    databaseUrl,
    `SELECT consumer, count(*)::int FROM notification.inbox
      WHERE outcome = 'HANDLED' AND key = ANY ($1) GROUP BY consumer`,
    [keys],
  );
  return new Map(rows.map(({ consumer, count }) => [consumer, count]));
};

/**
 * Counts a user's orders that are ASSEMBLED and whose events both consumers have handled. It asks the database only,
 * because it is called often.
 */
export const countDone = async (databaseUrl: string, userId: string): Promise<number> => {
  const [row] = await query<{ count: number }>(
    databaseUrl,
    `SELECT count(*)::int FROM "order".orders o
      WHERE user_id = $1 AND status = 'ASSEMBLED'
        AND (SELECT count(*) FROM notification.inbox WHERE key = o.order_id::text) >= 2`,
    [userId],
  );
  return row?.count ?? 0;
};

const query = async <Row extends object>(
  databaseUrl: string,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> => {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<Row>(text, [...values])).rows;
  } finally {
    await client.end();
  }
};

const measureOverheads = async (kafka: Kafka, orders: readonly Order[]): Promise<number[]> => {
  const [paid, assembled] = await Promise.all(
    [yardTopics.paid, yardTopics.assembled].map(({ topic }) => readEvents(kafka, topic)),
  );
  return orders.flatMap(({ orderId, status, updatedAt }) => {
    const payment = paid?.get(orderId) as { occurred_at: string } | undefined;
    const ship = assembled?.get(orderId) as { build_time_sec: number } | undefined;
    if (status !== OrderStatus.ASSEMBLED || !updatedAt || !payment || !ship) return [];
    const tookMs = timestampMs(updatedAt) - Date.parse(payment.occurred_at);
    return [tookMs - ship.build_time_sec * 1_000];
  });
};

/** The messages that are in a topic now, by key; for a key with several, the last one. */
const readEvents = async (kafka: Kafka, topic: string): Promise<Map<string, unknown>> => {
  const events = new Map<string, unknown>();
  const caughtUp = new AbortController();
  const onMessage = ({ key = '', value }: ReceivedMessage) =>
    void events.set(key, JSON.parse(decodeEventValue(value ?? Buffer.alloc(0)).toString()));
  await readTopics({
    kafka,
    topics: [topic],
    signal: caughtUp.signal,
    onMessage,
    onCaughtUp: () => caughtUp.abort(),
  });
  return events;
};
