import type { OutboxEvent } from '#platform/messaging/outbox/event.ts';
import type { Call } from '#platform/serving/call.ts';
import { actorOf, type OrderChange } from '../domain/change.ts';
import type { Order } from '../domain/order.ts';
import { orderEvent } from '../events/order-event.ts';

/** What is needed to save a change of an order. */
export interface SaveDeps {
  /** Returns a new UUID v7. */
  newId: () => string;
  /** Returns a random positive number. */
  newCourierId: () => bigint;
}

/** The change that has led to an order as it is. */
export const changeOf = ({ orderId, userId, status, changedAt, sequence }: Order): OrderChange => ({
  ...{ orderId, userId, status, changedAt, sequence },
});

/** Builds the events that announce changes. Throws VALIDATION_FAILED for one that would break its contract. */
export const eventsOf = (
  changes: readonly OrderChange[],
  { headers }: Call,
  { newId, newCourierId }: SaveDeps,
): OutboxEvent[] =>
  changes.map((change) =>
    orderEvent({ eventId: newId(), change, actor: actorOf(change, newCourierId) }, headers),
  );
