import type { MessageInitShape } from '@bufbuild/protobuf';
import { OrderEventSchema, type OrderEventPayloadSchema } from '#gen/booking/v1/events_pb.ts';
import type { OutboxEvent } from '#platform/messaging/outbox/event.ts';
import { workflowEvent } from '#platform/messaging/outbox/workflow-event.ts';
import type { KnownFact, Order } from '../domain/order.ts';

/** The name of this service among the producers and consumers of the topic. */
export const producer = 'order-service';

type Payload = Omit<MessageInitShape<typeof OrderEventPayloadSchema>, '$typeName'>;

/** Builds the event that announces a fact of this service: that an order was created, or is taken back. */
export const orderEvent = (
  order: Order,
  fact: KnownFact,
  { topic, headers }: Pick<OutboxEvent, 'topic' | 'headers'>,
): OutboxEvent =>
  workflowEvent<Payload>(OrderEventSchema, {
    topic,
    headers,
    producer,
    id: fact.eventId,
    key: order.orderId,
    type: fact.type,
    sequence: order.eventCount,
    occurredAt: fact.occurredAt,
    payload: fact.type === 'OrderCreated' ? createdPayload(order) : refundPayload(order, fact),
  });

const createdPayload = ({ orderId, userId, amountMinor, flight }: Order): Payload => ({
  orderId,
  userId,
  amountMinor,
  ...flight,
});

const refundPayload = ({ orderId }: Order, { reason, outcome }: KnownFact): Payload => ({
  orderId,
  ...(reason !== undefined && { reason }),
  ...(outcome !== undefined && { outcome }),
});
