import type { Call } from '#platform/serving/call.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { claimKeySql, encodeClaim } from '#platform/serving/idempotency/claim.ts';
import { encodeOrder } from '../domain/order-text.ts';
import { orderAfter, type OrderUpdate } from '../domain/order.ts';
import { sideEffectsOf, sideEffectsSql, type SaveDeps } from './side-effects.ts';
import { paymentColumns } from './orders.ts';
import { cancelUndoSql, claimAndCancelUndoSql } from './undo.ts';

/**
 * Everything is written only if the gate has a row: an order whose undo may have begun is not saved, nor one
 * whose idempotency key already has an answer.
 *
 *   $1 to $10     the order: id, user, status, sequence, total, payment method, transaction, created, updated, event count
 *   $11, $12      of each item: part id, quantity
 *   $13 to $15    order changes, outbox rows, timers (JSON)
 *   $16           the idempotency key with its answer (JSON), only if there is a key
 */
const createdSql = (cancelSql: string, gate: 'untried' | 'claimed') => `
  WITH ${cancelSql}, saved_order AS (
    INSERT INTO "order".orders (order_id, user_id, status, sequence, total_minor, payment_method,
           transaction_id, created_at, updated_at, event_count)
    SELECT $1::uuid, $2::uuid, $3::"order".order_status, $4::bigint, $5::bigint,
           $6::"order".payment_method, $7::uuid, $8::timestamptz, $9::timestamptz, $10::bigint FROM ${gate}
  ), saved_items AS (
    INSERT INTO "order".order_items (order_id, part_id, quantity)
    SELECT $1::uuid, part_id, quantity FROM unnest($11::uuid[], $12::int[]) AS w(part_id, quantity)
     WHERE EXISTS (SELECT FROM ${gate})
  ), ${sideEffectsSql({ first: 13, onlyIf: gate })}
  SELECT count(*)::int AS saved FROM ${gate}`;

const insertCreated = prepareStatement<{ saved: number }>(
  'order_save_created',
  createdSql(cancelUndoSql, 'untried'),
);

const claim = { schema: 'order', parameter: '$16', onlyIf: 'untried' };
const insertKeyedCreated = prepareStatement<{ saved: number }>(
  'order_save_created_keyed',
  createdSql(claimAndCancelUndoSql(claimKeySql(claim)), 'claimed'),
);

/**
 * Saves a new order, its event if it is paid, its follow-up timer, and the answer to the call's idempotency
 * key, and cancels its undo; false, and nothing written, when the undo has been tried, is being tried or is due,
 * or the key already has an answer.
 */
export const saveCreated =
  (deps: SaveDeps) =>
  async (update: OrderUpdate, call: Call): Promise<boolean> => {
    const order = orderAfter(update);
    const { paymentMethod, transactionId } = paymentColumns(order);
    const { followUp, values: caused } = sideEffectsOf(update, call, deps);
    const { idempotencyKey: key } = call;
    const values = [
      order.orderId,
      order.userId,
      order.status,
      order.sequence,
      order.totalMinor,
      paymentMethod,
      transactionId,
      order.createdAt,
      order.updatedAt,
      order.eventCount,
      order.items.map(({ partId }) => partId),
      order.items.map(({ quantity }) => quantity),
      ...caused,
    ];
    const [row] =
      key === undefined
        ? await insertCreated(deps.pool, values)
        : await insertKeyedCreated(deps.pool, [
            ...values,
            encodeClaim(key, { result: encodeOrder(order) }),
          ]);
    if (row?.saved !== 1) return false;
    deps.afterCommit(followUp);
    return true;
  };
