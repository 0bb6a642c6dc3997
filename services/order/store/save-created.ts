import type { Call } from '#platform/serving/call.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { claimKeySql, encodeClaim } from '#platform/serving/idempotency/claim.ts';
import { encodeOrder } from '../domain/order-text.ts';
import { orderAfter, type OrderStep } from '../domain/step.ts';
import { consequencesOf, consequencesSql, type SaveDeps } from './consequences.ts';
import { paymentColumns } from './orders.ts';
import { callOffUndoSql, claimAndCallOffUndoSql } from './undo.ts';

/** All of it hangs on `go`: an order whose undo may have begun is not kept, nor one whose key is taken. */
const createdSql = (callOffSql: string, go: 'unspent' | 'claimed') => `
  WITH ${callOffSql}, saved_order AS (
    INSERT INTO "order".orders (order_id, user_id, status, sequence, total_minor, payment_method,
           transaction_id, created_at, updated_at, announced)
    SELECT $1::uuid, $2::uuid, $3::"order".order_status, $4::bigint, $5::bigint,
           $6::"order".payment_method, $7::uuid, $8::timestamptz, $9::timestamptz, $10::bigint FROM ${go}
  ), saved_items AS (
    INSERT INTO "order".order_items (order_id, part_id, quantity)
    SELECT $1::uuid, part_id, quantity FROM unnest($11::uuid[], $12::int[]) AS w(part_id, quantity)
     WHERE EXISTS (SELECT FROM ${go})
  ), ${consequencesSql({ first: 13, onlyIf: go })}
  SELECT count(*)::int AS saved FROM ${go}`;

const insertCreated = prepareStatement<{ saved: number }>(
  'order_save_created',
  createdSql(callOffUndoSql, 'unspent'),
);

const claim = { schema: 'order', parameter: '$16', onlyIf: 'unspent' };
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
    const { paymentMethod, transactionId } = paymentColumns(order);
    const { followUp, values: caused } = consequencesOf(step, call, deps);
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
      order.announced,
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
