import type { OrderEvent, OrderEventPayload } from '#gen/booking/v1/events_pb.ts';
import { headersCausedBy } from '#platform/messaging/inbox/caused-by.ts';
import type { InboxEvent } from '#platform/messaging/inbox/event.ts';
import type { Flight } from '../domain/flight.ts';
import type { Heard } from '../usecases/handle-causes.ts';

/** Reads from an event, whose rules were checked, what it asks of this service; nothing when its type is another. */
export const toHeard = (received: InboxEvent<OrderEvent>): Heard[] => {
  const { type, payload } = received.event;
  // lower case, as Postgres writes UUIDs
  const orderId = received.event.correlationId.toLowerCase();
  const headers = headersCausedBy(received);
  const { reason = '', userId = '' } = payload ?? {};
  if (type === 'RefundRequested') return [{ type, orderId, headers, reason }];
  if (type !== 'PaymentAuthorized') return [];
  return [{ type, orderId, headers, userId, flight: flightOf(payload) }];
};

const flightOf = (payload: Partial<OrderEventPayload> | undefined): Flight => {
  const { from = '', to = '', date = '', time = '', airline = '' } = payload ?? {};
  return { from, to, date, time, airline };
};
