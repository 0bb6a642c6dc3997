import { OrderEventSchema } from '#gen/booking/v1/events_pb.ts';
import type { OutboxEvent } from '#platform/messaging/outbox/event.ts';
import { workflowEvent } from '#platform/messaging/outbox/workflow-event.ts';
import type { Announced } from '../usecases/handle-causes.ts';

/** The name of this service in the events of orders. */
export const producer = 'payment-service';

export interface PaymentEventDeps {
  /** Returns a new UUID v7. */
  newId: () => string;
  topic: string;
}

/** Builds the event that announces what became of a payment. */
export const paymentEvent =
  ({ newId, topic }: PaymentEventDeps) =>
  ({ payment, announcement, headers }: Announced): OutboxEvent => {
    const { orderId, eventCount: sequence, updatedAt: occurredAt } = payment;
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
