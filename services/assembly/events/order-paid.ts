import type { OrderPaid } from '#gen/order/v1/events_pb.ts';
import { headersCausedBy } from '#platform/messaging/inbox/caused-by.ts';
import type { InboxEvent } from '#platform/messaging/inbox/event.ts';
import type { PaidOrder } from '../usecases/start-builds.ts';

/**
 * The fields of the event that a build needs; events that the build causes name this event as their cause.
 */
export const toPaidOrder = (paid: InboxEvent<OrderPaid>): PaidOrder => ({
  // lower case, as Postgres writes UUIDs
  orderId: paid.event.orderId.toLowerCase(),
  userId: paid.event.userId,
  headers: headersCausedBy(paid),
});
