import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { OrderStatusChangedSchema } from '#gen/loms/v1/events_pb.ts';
import type { Call } from '#platform/serving/call.ts';
import { outboxEvent, type OutboxEvent } from '#platform/messaging/outbox/event.ts';
import { topicOf } from '#platform/messaging/topics.ts';
import type { OrderEvent } from '../domain/order.ts';

const source = 'loms';
const topic = topicOf(OrderStatusChangedSchema.typeName);

/** Encodes the event that announces a change of an order. */
export const orderStatusChanged = (
  { eventId, moment, change }: OrderEvent,
  headers: Call['headers'],
): OutboxEvent => {
  const { order, previousStatus, reason } = change;
  return outboxEvent(OrderStatusChangedSchema, {
    id: eventId,
    topic,
    key: order.orderId.toString(),
    sequence: order.sequence,
    headers,
    createdAt: moment,
    message: {
      eventId,
      orderId: order.orderId,
      status: order.status,
      moment: timestampFromDate(moment),
      sequence: order.sequence,
      userId: order.userId,
      items: order.items.map(({ sku, count }) => ({ sku, count })),
      source,
      ...(previousStatus === undefined ? {} : { previousStatus }),
      ...(reason === undefined ? {} : { reason }),
    },
  });
};
