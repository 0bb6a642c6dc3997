import type { Call } from '#platform/serving/call.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { cancelTimerSql } from '#platform/messaging/timer/schedule.ts';
import { orderAfter, type OrderUpdate } from '../domain/order.ts';
import { sideEffectsOf, sideEffectsSql, type SaveDeps } from './side-effects.ts';
import { paymentColumns } from './orders.ts';
import { timerKind } from './timer-kinds.ts';

const paymentTimer = {
  schema: 'order',
  kind: timerKind.finishPayment,
  key: '$1::uuid::text',
  onlyIf: 'moved',
};

/*
 * `moved` changes the order only if it is still as it was read (its sequence tells), and locks its row
 * until the commit. It has left PENDING_PAYMENT, so there is no payment left to finish.
 */
const updateMoved = prepareStatement<{ saved: number }>(
  'order_save_moved',
  `WITH moved AS (
    UPDATE "order".orders
       SET status = $2, sequence = $3, updated_at = $4, payment_method = $5, transaction_id = $6,
           event_count = $7
     WHERE order_id = $1::uuid AND sequence = $3 - 1
    RETURNING order_id
  ), ${sideEffectsSql({ first: 8, onlyIf: 'moved' })},
  cancelled_timer AS (${cancelTimerSql(paymentTimer)})
  SELECT count(*)::int AS saved FROM moved`,
);

/**
 * Saves an order's payment or cancellation, its event if it is paid, and its follow-up timer; false, and
 * nothing written, when the order has changed since it was read.
 */
export const saveMoved =
  (deps: SaveDeps) =>
  async (update: OrderUpdate, call: Call): Promise<boolean> => {
    const order = orderAfter(update);
    const { paymentMethod, transactionId } = paymentColumns(order);
    const { followUp, values: caused } = sideEffectsOf(update, call, deps);
    const [row] = await updateMoved(deps.pool, [
      order.orderId,
      order.status,
      order.sequence,
      order.updatedAt,
      paymentMethod,
      transactionId,
      order.eventCount,
      ...caused,
    ]);
    if (row?.saved !== 1) return false;
    deps.afterCommit(followUp);
    return true;
  };
