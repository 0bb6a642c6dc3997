import { prepareStatement } from '#platform/database/statement.ts';
import type { Transaction } from '#platform/database/transaction.ts';
import type { OrderWithFacts } from '../domain/order.ts';
import type { Update } from '../usecases/learn-events.ts';
import { encodeFacts } from './encode-facts.ts';

const updateOrders = prepareStatement(
  'booking_save_learned',
  `WITH saved_facts AS (
    INSERT INTO booking.facts
    SELECT * FROM jsonb_populate_recordset(NULL::booking.facts, $2::jsonb)
  )
  UPDATE booking.orders o
     SET status = n.status, reason = n.reason, sequence = n.sequence, event_count = n.event_count,
         stuck_since = n.stuck_since, updated_at = n.updated_at
    FROM jsonb_to_recordset($1::jsonb) AS n(
      order_id uuid, status booking.order_status, reason text, sequence bigint, event_count bigint,
      stuck_since timestamptz, updated_at timestamptz)
   WHERE o.order_id = n.order_id`,
);

/** Saves what was learned of orders, which the transaction has locked, in one statement. */
export const saveLearned =
  ({ client }: Transaction) =>
  async (updates: readonly Update[]): Promise<void> => {
    if (updates.length === 0) return;
    await updateOrders(client, [
      JSON.stringify(updates.map(({ after }) => encodeOrder(after))),
      encodeFacts(
        updates.map(({ after: { order, facts }, knownBefore }) => ({
          orderId: order.orderId,
          facts: facts.slice(knownBefore),
        })),
      ),
    ]);
  };

const encodeOrder = ({ order }: OrderWithFacts) => ({
  order_id: order.orderId,
  status: order.status,
  reason: order.reason,
  sequence: order.sequence.toString(),
  event_count: order.eventCount.toString(),
  stuck_since: order.stuckSince,
  updated_at: order.updatedAt,
});
