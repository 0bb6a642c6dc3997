import type { Call } from '#platform/call.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { orderAfter, type OrderStep } from '../domain/step.ts';
import { consequencesSql, encodeConsequences } from './consequences.ts';
import { followUpOf, type SaveDeps } from './save-deps.ts';
import { callOffUndoSql } from './undo.ts';

/** All of it hangs on `unspent`: an order whose undo may have begun is not kept. */
const insertCreated = prepareStatement<{ saved: number }>(
  'order_save_created',
  `WITH ${callOffUndoSql}, saved_order AS (
    INSERT INTO "order".orders (order_id, user_id, status, sequence, total_minor, payment_method,
           transaction_id, created_at, updated_at)
    SELECT $1::uuid, $2::uuid, $3::"order".order_status, $4::bigint, $5::bigint,
           $6::"order".payment_method, $7::uuid, $8::timestamptz, $9::timestamptz FROM unspent
  ), saved_items AS (
    INSERT INTO "order".order_items (order_id, part_id, quantity)
    SELECT $1::uuid, part_id, quantity FROM unnest($10::uuid[], $11::int[]) AS w(part_id, quantity)
     WHERE EXISTS (SELECT FROM unspent)
  ), ${consequencesSql({ first: 12, onlyIf: 'unspent' })}
  SELECT count(*)::int AS saved FROM unspent`,
);

/**
 * Keeps a new order, what it announces and what has yet to be done for it, and calls its undo off; false,
 * and nothing written, when the undo has been tried, is being tried or is due.
 */
export const saveCreated =
  (deps: SaveDeps) =>
  async (step: OrderStep, call: Call): Promise<boolean> => {
    const order = orderAfter(step);
    const { paid } = step;
    const [row] = await insertCreated(deps.pool, [
      order.orderId,
      order.userId,
      order.status,
      order.sequence,
      order.totalMinor,
      paid?.order.payment.method ?? null,
      paid?.order.payment.transactionId ?? null,
      order.createdAt,
      order.updatedAt,
      order.items.map(({ partId }) => partId),
      order.items.map(({ quantity }) => quantity),
      ...encodeConsequences(step, call, deps),
    ]);
    if (row?.saved !== 1) return false;
    deps.afterCommit(followUpOf(order));
    return true;
  };
