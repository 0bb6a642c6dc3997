import { cloudEventHeaders } from '#platform/messaging/event.ts';
import type { Kafka } from '#platform/messaging/kafka/client.ts';
import { partitionOf } from '#platform/messaging/kafka/partitioner.ts';
import { openProducer, type OutgoingMessage } from '#platform/messaging/kafka/producer.ts';
import type { TestProcess } from '../engines/process.ts';
import { runService } from '../services/start-service.ts';

/** A log line of a notifier: the fields that the tests look at. */
export interface NotifierLine {
  msg: string;
  replica: string;
  partitions?: number[];
  partition?: number;
  offset?: number;
  key?: string;
  sequence?: number;
  status?: string;
  type?: string;
  history?: string;
  reason?: string;
  event?: Record<string, unknown>;
}

export interface NotifierOptions {
  replica: string;
  brokers: string;
  topic: string;
  group: string;
}

/** Starts a notifier as in production. */
export const startNotifier = ({ replica, brokers, topic, group }: NotifierOptions): TestProcess =>
  runService(
    'notifier',
    {
      KAFKA_BROKERS: brokers,
      NOTIFIER_TOPIC: topic,
      NOTIFIER_GROUP: group,
      REPLICA: replica,
      LOG_LEVEL: 'info',
    },
    replica,
  );

/** The log lines of a notifier so far, without those that are not JSON (a crash of Node). */
export const linesOf = ({ lines }: TestProcess): NotifierLine[] =>
  lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as NotifierLine);

/** The events that a notifier has logged, including violations. */
export const eventsOf = (notifier: TestProcess): NotifierLine[] =>
  linesOf(notifier).filter(({ sequence }) => sequence !== undefined);

/** The partitions that the notifier last reported as its own; undefined before it has joined the group. */
export const partitionsOf = (notifier: TestProcess): number[] | undefined => {
  const last = linesOf(notifier).findLast(({ partitions }) => partitions !== undefined);
  return last?.msg === 'not in the group' ? undefined : last?.partitions;
};

export const orderEvent = (orderId: number, sequence: number): OutgoingMessage => {
  const key = String(orderId);
  const event = { order_id: orderId, status: 'new', sequence, source: 'loms' };
  const attributes = { source: 'loms', subject: key, sequence: String(sequence) };
  return {
    key,
    value: JSON.stringify(event),
    headers: cloudEventHeaders({
      ...attributes,
      id: `${key}-${sequence}`,
      type: 'loms.v1.OrderStatusChanged',
      time: new Date().toISOString(),
    }),
  };
};

/** Sends messages to a topic with two partitions, each to the partition of its key. */
export const publish = async (
  kafka: Kafka,
  topic: string,
  messages: readonly OutgoingMessage[],
): Promise<void> => {
  const producer = await openProducer({ kafka, deadlineMs: 60_000 });
  const parts = [0, 1].map((partition) => ({
    topic,
    partition,
    messages: messages.filter(({ key }) => partitionOf(key, 2) === partition),
  }));
  const filled = parts.filter((part) => part.messages.length > 0);
  await producer.send(filled, 60_000).finally(() => producer.close(2_000));
};
