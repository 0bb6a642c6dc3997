import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { ShipAssembledSchema } from '#gen/assembly/v1/events_pb.ts';
import { OrderPaidSchema } from '#gen/order/v1/events_pb.ts';
import { cloudEventHeaders } from '#platform/messaging/event.ts';
import { newId } from '#platform/base/ids.ts';
import { ensureTopics } from '#platform/messaging/kafka/admin.ts';
import type { Kafka } from '#platform/messaging/kafka/client.ts';
import { partitionOf } from '#platform/messaging/kafka/partitioner.ts';
import { openProducer, type OutgoingMessage } from '#platform/messaging/kafka/producer.ts';
import { encodeJson } from '#platform/proto/json/encode.ts';

const partitions = 3;

/** Creates topics with these names, configured as those of the yard. */
export const makeTopics = (kafka: Kafka, names: readonly string[]) =>
  ensureTopics({
    kafka,
    plans: names.map((name) => ({
      name,
      partitions,
      replication: 1,
      minInsync: 1,
      retentionMs: 3_600_000,
    })),
    waitMs: 20_000,
  });

/** Builds an OrderPaid message, the first event of its order. */
export const orderPaid = (
  orderId: string,
  headers: OutgoingMessage['headers'] = {},
): OutgoingMessage => {
  const eventId = newId();
  const event: MessageInitShape<typeof OrderPaidSchema> = {
    eventId,
    eventType: 'order.payment.completed',
    eventVersion: 1,
    orderId,
    occurredAt: timestampFromDate(new Date()),
    userId: newId(),
    amount: 123_450n,
    paymentMethod: 'CARD',
    transactionId: newId(),
  };
  const json = encodeJson(OrderPaidSchema, create(OrderPaidSchema, event), { emitDefaults: true });
  return toMessage(
    { id: eventId, source: 'order', type: OrderPaidSchema.typeName, orderId },
    json,
    headers,
  );
};

/** Builds a ShipAssembled message. */
export const shipAssembled = (orderId: string): OutgoingMessage => {
  const eventId = newId();
  const event: MessageInitShape<typeof ShipAssembledSchema> = {
    eventId,
    eventType: 'order.assembly.completed',
    eventVersion: 1,
    orderId,
    occurredAt: timestampFromDate(new Date()),
    userId: newId(),
    buildTimeSec: 7n,
  };
  const schema = ShipAssembledSchema;
  const json = encodeJson(schema, create(schema, event), { emitDefaults: true });
  return toMessage({ id: eventId, source: 'assembly', type: schema.typeName, orderId }, json, {});
};

const toMessage = (
  { orderId, ...event }: { id: string; source: string; type: string; orderId: string },
  json: unknown,
  headers: OutgoingMessage['headers'],
): OutgoingMessage => ({
  key: orderId,
  value: JSON.stringify(json),
  headers: {
    ...cloudEventHeaders({
      ...event,
      time: new Date().toISOString(),
      subject: orderId,
      sequence: '1',
    }),
    ...headers,
  },
});

/** Sends messages, each to the partition of its key. */
export const publishEvents = async (
  kafka: Kafka,
  topic: string,
  messages: readonly OutgoingMessage[],
): Promise<void> => {
  const producer = await openProducer({ kafka, deadlineMs: 60_000 });
  const parts = Array.from({ length: partitions }, (_, partition) => ({
    topic,
    partition,
    messages: messages.filter(({ key }) => partitionOf(key, partitions) === partition),
  }));
  const filled = parts.filter((part) => part.messages.length > 0);
  await producer.send(filled, 60_000).finally(() => producer.close(2_000));
};
