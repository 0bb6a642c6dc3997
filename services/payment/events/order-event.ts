import type { OrderEvent, OrderEventPayload } from '#gen/booking/v1/events_pb.ts';
import { headersCausedBy } from '#platform/messaging/inbox/caused-by.ts';
import type { InboxEvent } from '#platform/messaging/inbox/event.ts';
import type { Cause } from '../domain/booking-payment.ts';
import type { Heard } from '../usecases/handle-causes.ts';

/** Reads from an event, whose rules were checked, what it asks of this service; nothing when its type is another. */
export const toHeard = (received: InboxEvent<OrderEvent>): Heard[] => {
  const cause = toCause(received.event);
  return cause === undefined ? [] : [{ ...cause, headers: headersCausedBy(received) }];
};

const toCause = ({ type, correlationId, payload }: OrderEvent): Cause | undefined => {
  // lower case, as Postgres writes UUIDs
  const orderId = correlationId.toLowerCase();
  const reason = payload?.reason ?? '';
  switch (type) {
    case 'OrderCreated':
      return { type, orderId, ...orderOf(payload) };
    case 'TicketRejected':
      return { type, orderId, reason };
    case 'RefundRequested': {
      const outcome = payload?.outcome === 'REFUNDED' ? 'REFUNDED' : 'CANCELLED';
      return { type, orderId, reason, outcome };
    }
    default:
      return undefined;
  }
};

const orderOf = (payload: Partial<OrderEventPayload> = {}) => {
  const { userId = '', amountMinor = 0n } = payload;
  const { from = '', to = '', date = '', time = '', airline = '' } = payload;
  return { userId: userId.toLowerCase(), amountMinor, flight: { from, to, date, time, airline } };
};
