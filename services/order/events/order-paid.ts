import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { OrderPaidSchema } from '#gen/order/v1/events_pb.ts';
import type { Call } from '#platform/serving/call.ts';
import { outboxEvent, type OutboxEvent } from '#platform/messaging/outbox/event.ts';
import type { OrderPaid } from '../domain/order.ts';

// The field of the message, as its contract has it. The outbox row's event_type is the message's full name.
const eventType = 'order.payment.completed';

/** Encodes the event that announces the payment of an order. */
export const orderPaid = (
  { eventId, order }: OrderPaid,
  topic: string,
  headers: Call['headers'],
): OutboxEvent =>
  outboxEvent(OrderPaidSchema, {
    id: eventId,
    topic,
    key: order.orderId,
    sequence: order.eventCount,
    headers,
    createdAt: order.updatedAt,
    message: {
      eventId,
      eventType,
      eventVersion: 1,
      occurredAt: timestampFromDate(order.updatedAt),
      orderId: order.orderId,
      userId: order.userId,
      amount: order.totalMinor,
      paymentMethod: order.payment.method,
      transactionId: order.payment.transactionId,
    },
  });
