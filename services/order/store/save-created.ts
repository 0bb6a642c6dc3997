import type { Call } from '#platform/serving/call.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { claimKeySql, encodeClaim } from '#platform/serving/idempotency/claim.ts';
import { encodeOrder } from '../domain/order-text.ts';
import { orderAfter, type OrderStep } from '../domain/step.ts';
import { consequencesSql, encodeConsequences } from './consequences.ts';
import { followUpOf, type SaveDeps } from './save-deps.ts';
import { callOffUndoSql, claimAndCallOffUndoSql } from './undo.ts';

/** All of it hangs on `go`: an order whose undo may have begun is not kept, nor one whose key is taken. */
const createdSql = (callOffSql: string, go: 'unspent' | 'claimed') => `
  WITH ${callOffSql}, saved_order AS (
    INSERT INTO "order".orders (order_id, user_id, status, sequence, total_minor, payment_method,
           transaction_id, created_at, updated_at)
    SELECT $1::uuid, $2::uuid, $3::"order".order_status, $4::bigint, $5::bigint,
           $6::"order".payment_method, $7::uuid, $8::timestamptz, $9::timestamptz FROM ${go}
  ), saved_items AS (
    INSERT INTO "order".order_items (order_id, part_id, quantity)
    SELECT $1::uuid, part_id, quantity FROM unnest($10::uuid[], $11::int[]) AS w(part_id, quantity)
     WHERE EXISTS (SELECT FROM ${go})
  ), ${consequencesSql({ first: 12, onlyIf: go })}
  SELECT count(*)::int AS saved FROM ${go}`;

const insertCreated = prepareStatement<{ saved: number }>(
  'order_save_created',
  createdSql(callOffUndoSql, 'unspent'),
);

const claim = { schema: 'order', parameter: '$15', onlyIf: 'unspent' };
const insertKeyedCreated = prepareStatement<{ saved: number }>(
  'order_save_created_keyed',
  createdSql(claimAndCallOffUndoSql(claimKeySql(claim)), 'claimed'),
);

/**
 * Keeps a new order, what it announces, what has yet to be done for it, and the answer to the call's
 * idempotency key, and calls its undo off; false, and nothing written, when the undo has been tried, is being
 * tried or is due, or the key is taken.
 */
export const saveCreated =
  (deps: SaveDeps) =>
  async (step: OrderStep, call: Call): Promise<boolean> => {
    const order = orderAfter(step);
    const { paid } = step;
    const { idempotencyKey: key } = call;
    const values = [
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
    ];
    const [row] =
      key === undefined
        ? await insertCreated(deps.pool, values)
        : await insertKeyedCreated(deps.pool, [
            ...values,
            encodeClaim(key, { result: encodeOrder(order) }),
          ]);
    if (row?.saved !== 1) return false;
    deps.afterCommit(followUpOf(order));
    return true;
  };
