import { OrderEventSchema } from '#gen/booking/v1/events_pb.ts';
import type { OutboxEvent } from '#platform/messaging/outbox/event.ts';
import { workflowEvent } from '#platform/messaging/outbox/workflow-event.ts';
import type { Announced } from '../usecases/handle-causes.ts';

/** The name of this service in the events of orders. */
export const producer = 'ticket-service';

export interface TicketEventDeps {
  /** Returns a new UUID v7. */
  newId: () => string;
  topic: string;
}

/** Builds the event that announces what became of a ticket. */
export const ticketEvent =
  ({ newId, topic }: TicketEventDeps) =>
  ({ ticket, announcement, headers }: Announced): OutboxEvent => {
    const { orderId, eventCount: sequence, updatedAt: occurredAt } = ticket;
    const { type, payload } = announcement;
    return workflowEvent(OrderEventSchema, {
      id: newId(),
      topic,
      key: orderId,
      type,
      sequence,
      producer,
      occurredAt,
      headers,
      payload: { orderId, ...payload },
    });
  };
