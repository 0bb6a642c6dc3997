import { prepareStatement } from '#platform/database/statement.ts';
import type { Transaction } from '#platform/database/transaction.ts';
import type { OrderWithFacts } from '../domain/order.ts';
import { hasEnded } from '../domain/saga.ts';
import type { Update } from '../usecases/learn-events.ts';
import { encodeFacts } from './encode-facts.ts';
import { sagaTimer } from './saga-timer.ts';

const updateOrders = prepareStatement(
  'booking_save_learned',
  `WITH saved_facts AS (
    INSERT INTO booking.facts
    SELECT * FROM jsonb_populate_recordset(NULL::booking.facts, $2::jsonb)
  ), ended_timers AS (
    -- one that is firing at this moment is left to its handler, which will find the saga ended
    DELETE FROM booking.timers WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM booking.timers WHERE kind = '${sagaTimer}' AND key = ANY ($3::text[])
         FOR UPDATE SKIP LOCKED))
  )
  UPDATE booking.orders o
     SET status = n.status, reason = n.reason, sequence = n.sequence, event_count = n.event_count,
         stuck_since = n.stuck_since, updated_at = n.updated_at
    FROM jsonb_to_recordset($1::jsonb) AS n(
      order_id uuid, status booking.order_status, reason text, sequence bigint, event_count bigint,
      stuck_since timestamptz, updated_at timestamptz)
   WHERE o.order_id = n.order_id`,
);

/**
 * Saves what was learned of orders, which the transaction has locked, in one statement. A saga that has ended needs no
 * timer any more.
 */
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
      updates.filter(({ after }) => hasEnded(after.facts)).map(({ after }) => after.order.orderId),
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
