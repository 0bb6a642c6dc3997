import type { OrderPaid } from '#gen/order/v1/events_pb.ts';
import { headersCausedBy } from '#platform/messaging/inbox/caused-by.ts';
import type { InboxEvent } from '#platform/messaging/inbox/event.ts';
import type { PaidOrder } from '../usecases/start-builds.ts';

/** What a build takes of the event; what it causes names it as its cause. */
export const toPaidOrder = (paid: InboxEvent<OrderPaid>): PaidOrder => ({
  // as Postgres writes it
  orderId: paid.event.orderId.toLowerCase(),
  userId: paid.event.userId,
  headers: headersCausedBy(paid),
});
