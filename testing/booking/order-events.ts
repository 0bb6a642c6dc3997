import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  OrderEventSchema,
  type OrderEvent,
  type OrderEventPayloadSchema,
} from '#gen/booking/v1/events_pb.ts';
import { newId } from '#platform/base/ids.ts';
import { cloudEventHeaders } from '#platform/messaging/event.ts';
import type { InboxEvent } from '#platform/messaging/inbox/event.ts';
import type { OutgoingMessage } from '#platform/messaging/kafka/producer.ts';
import { encodeJson } from '#platform/proto/json/encode.ts';

type Payload = Omit<MessageInitShape<typeof OrderEventPayloadSchema>, 'orderId' | '$typeName'>;

/** An event of an order as a consumer's handler gets it. */
export const receivedOrderEvent = (
  type: string,
  orderId: string,
  payload: Payload,
): InboxEvent<OrderEvent> => {
  const id = newId();
  const event = create(OrderEventSchema, {
    ...{ id, type, sequence: 1n, correlationId: orderId, producer: 'order-service' },
    occurredAt: timestampFromDate(new Date()),
    payload: { orderId, ...payload },
  });
  const headers = { 'correlation-id': orderId, traceparent: '00-1-1-01', other: 'x' };
  return {
    ...{ id, source: 'booking', key: orderId, sequence: 1n, type, event, headers },
    ...{ topic: 'bookings', partition: 0, offset: 0n },
  };
};

/** The first event of its order from the booking service, as Kafka carries it. */
export const orderEventMessage = (
  type: string,
  orderId: string,
  payload: Payload,
): OutgoingMessage => {
  const { id, event, source } = receivedOrderEvent(type, orderId, payload);
  const time = new Date().toISOString();
  return {
    key: orderId,
    value: JSON.stringify(encodeJson(OrderEventSchema, event, { emitDefaults: true })),
    headers: cloudEventHeaders({ id, source, type, time, subject: orderId, sequence: '1' }),
  };
};
