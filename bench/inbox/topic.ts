import { randomUUID } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { OrderPaidSchema } from '#gen/order/v1/events_pb.ts';
import { cloudEventHeaders } from '#platform/messaging/event.ts';
import { newId } from '#platform/base/ids.ts';
import { openProducer, type OutgoingMessage } from '#platform/messaging/kafka/producer.ts';
import { encodeJson } from '#platform/proto/json/encode.ts';
import type { Environment } from '../outbox/environment.ts';

/** Builds an OrderPaid message as the publisher sends it. */
export const paidMessage = (key: string, sequence: number): OutgoingMessage => {
  const moment = new Date();
  const id = newId();
  const event = create(OrderPaidSchema, {
    eventId: id,
    eventType: 'order.payment.completed',
    eventVersion: 1,
    orderId: key,
    occurredAt: timestampFromDate(moment),
    userId: randomUUID(),
    amount: 4_200_00n,
    paymentMethod: 'CARD',
    transactionId: randomUUID(),
  });
  const time = moment.toISOString();
  const type = OrderPaidSchema.typeName;
  return {
    key,
    value: JSON.stringify(encodeJson(OrderPaidSchema, event, { emitDefaults: true })),
    headers: cloudEventHeaders({
      id,
      source: 'order',
      type,
      time,
      subject: key,
      sequence: String(sequence),
    }),
  };
};

export const newKeys = (count: number): string[] => Array.from({ length: count }, () => newId());

/** Builds `count` events that take the keys in turn, with each key's sequences ascending from `first`. */
export const eventsOf = (keys: readonly string[], count: number, first = 1): OutgoingMessage[] =>
  Array.from({ length: count }, (_, n) => {
    const key = keys[n % keys.length] ?? '';
    return paidMessage(key, first + Math.floor(n / keys.length));
  });

const perRequest = 500;

/** Creates a topic with these messages in its first partition. */
export const fillTopic = async (
  environment: Environment,
  messages: readonly OutgoingMessage[],
): Promise<string> => {
  const topic = await environment.newTopic();
  const producer = await openProducer({ kafka: environment.kafka, deadlineMs: 10_000 });
  try {
    for (let at = 0; at < messages.length; at += perRequest) {
      const batch = messages.slice(at, at + perRequest);
      await producer.send([{ topic, partition: 0, messages: batch }], 10_000);
    }
  } finally {
    await producer.close(2_000);
  }
  return topic;
};
