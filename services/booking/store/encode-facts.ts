import type { KnownFact } from '../domain/order.ts';

/** Encodes facts as the rows of the table `facts`, for `jsonb_populate_recordset`. */
export const encodeFacts = (
  orders: readonly { orderId: string; facts: readonly KnownFact[] }[],
): string =>
  JSON.stringify(
    orders.flatMap(({ orderId, facts }) =>
      facts.map(({ eventId, type, sequence, reason, outcome, occurredAt }) => ({
        order_id: orderId,
        sequence: sequence.toString(),
        event_id: eventId,
        type,
        reason,
        outcome,
        occurred_at: occurredAt,
      })),
    ),
  );
