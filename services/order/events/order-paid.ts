import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { OrderPaidSchema } from '#gen/order/v1/events_pb.ts';
import type { Call } from '#platform/serving/call.ts';
import type { OutboxEvent } from '#platform/messaging/outbox/event.ts';
import { encodeJson } from '#platform/proto/json/encode.ts';
import type { OrderPaid } from '../domain/step.ts';

const eventType = 'order.payment.completed';

/** The event as it goes through the outbox to Kafka; an order is paid once, so its sequence is 1. */
export const toOutboxEvent =
  (topic: string) =>
  (paid: OrderPaid, headers: Call['headers']): OutboxEvent => ({
    id: paid.eventId,
    topic,
    key: paid.order.orderId,
    sequence: 1n,
    eventType: OrderPaidSchema.typeName,
    payload: JSON.stringify(encodeJson(OrderPaidSchema, toMessage(paid), { emitDefaults: true })),
    headers,
    createdAt: paid.order.updatedAt,
  });

const toMessage = ({ eventId, order }: OrderPaid) =>
  create(OrderPaidSchema, {
    eventId,
    eventType,
    eventVersion: 1,
    occurredAt: timestampFromDate(order.updatedAt),
    orderId: order.orderId,
    userId: order.userId,
    amount: order.totalMinor,
    paymentMethod: order.payment.method,
    transactionId: order.payment.transactionId,
  });
