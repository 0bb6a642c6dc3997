import { OrderEventSchema } from '#gen/pvz/v1/events_pb.ts';
import { outboxEvent, type OutboxEvent } from '#platform/messaging/outbox/event.ts';
import { topicOf } from '#platform/messaging/topics.ts';
import type { Call } from '#platform/serving/call.ts';
import type { Actor, OrderChange } from '../domain/change.ts';
import type { OrderStatus } from '../domain/order.ts';
import { refusal } from '../domain/refusal.ts';

const topic = topicOf(OrderEventSchema.typeName);
const source = 'pvz-api';
const largest = BigInt(Number.MAX_SAFE_INTEGER);

const eventTypes: Readonly<Record<OrderStatus, string>> = {
  accepted: 'order_accepted',
  issued: 'order_issued',
  returned_by_client: 'order_returned_by_client',
  returned_to_courier: 'order_returned_to_courier',
};

export interface Announcement {
  eventId: string;
  change: OrderChange;
  actor: Actor;
}

/**
 * Builds the event that announces a change of an order. Throws VALIDATION_FAILED for what would break the contract,
 * so that nothing is saved.
 */
export const orderEvent = (
  { eventId, change, actor }: Announcement,
  headers: Call['headers'],
): OutboxEvent => {
  const { orderId, userId, status, changedAt } = change;
  requireId('order.id', orderId);
  requireId('order.user_id', userId);
  requireId('actor.id', actor.id);
  return outboxEvent(OrderEventSchema, {
    id: eventId,
    topic,
    key: orderId.toString(),
    sequence: change.sequence,
    headers,
    createdAt: changedAt,
    message: {
      eventId,
      eventType: eventTypes[status],
      timestamp: inWholeSeconds(changedAt),
      actor,
      order: { id: orderId, userId: userId.toString(), status },
      source,
    },
  });
};

// JSON numbers are exact up to here
const requireId = (name: string, id: bigint): void => {
  if (id <= 0n || id > largest)
    throw refusal.invalid(`The event would break its contract: ${name} is ${id}.`);
};

const inWholeSeconds = (moment: Date): string => {
  const text = moment.toISOString();
  if (text.length !== '2025-04-22T15:03:05.000Z'.length)
    throw refusal.invalid(
      'The event would break its contract: its year has more than four digits.',
    );
  return `${text.slice(0, 19)}Z`;
};
