import type { OrderPaid } from '#gen/order/v1/events_pb.ts';
import type { InboxEvent } from '#platform/inbox/event.ts';
import type { PaidOrder } from '../usecases/start-builds.ts';

/** What a build takes of the event; what it causes names it as its cause. */
export const toPaidOrder = ({ id, event, headers }: InboxEvent<OrderPaid>): PaidOrder => ({
  // as Postgres writes it
  orderId: event.orderId.toLowerCase(),
  userId: event.userId,
  headers: { ...headers, 'causation-id': id },
});
