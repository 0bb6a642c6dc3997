import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { OrderStatusChangedSchema } from '#gen/loms/v1/events_pb.ts';
import type { Call } from '#platform/serving/call.ts';
import type { OutboxEvent } from '#platform/messaging/outbox/event.ts';
import { encodeJson } from '#platform/proto/json/encode.ts';
import type { OrderEvent } from '../domain/event.ts';

const source = 'loms';
const topic = 'loms.order-events';

/** The event as it goes through the outbox to Kafka. */
export const toOutboxEvent = (event: OrderEvent, headers: Call['headers']): OutboxEvent => {
  const { orderId, sequence } = event.change.order;
  return {
    id: event.eventId,
    topic,
    key: orderId.toString(),
    sequence,
    eventType: OrderStatusChangedSchema.typeName,
    payload: JSON.stringify(
      encodeJson(OrderStatusChangedSchema, toMessage(event), { emitDefaults: true }),
    ),
    headers,
    createdAt: event.moment,
  };
};

const toMessage = ({ eventId, moment, change }: OrderEvent) => {
  const { order, previousStatus, reason } = change;
  return create(OrderStatusChangedSchema, {
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
  });
};
