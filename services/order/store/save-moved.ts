import type { Call } from '#platform/serving/call.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { cancelTimerSql } from '#platform/messaging/timer/schedule.ts';
import { orderAfter, type OrderStep } from '../domain/step.ts';
import { consequencesOf, consequencesSql, type SaveDeps } from './consequences.ts';
import { paymentColumns } from './orders.ts';
import { timerKind } from './timer-kinds.ts';

const paymentTimer = {
  schema: 'order',
  kind: timerKind.finishPayment,
  key: '$1::uuid::text',
  onlyIf: 'moved',
};

/*
 * `moved` changes the order only if it is still as it was read (its sequence tells), and holds its row
 * from then on. It has left PENDING_PAYMENT, so there is no payment left to finish.
 */
const updateMoved = prepareStatement<{ saved: number }>(
  'order_save_moved',
  `WITH moved AS (
    UPDATE "order".orders
       SET status = $2, sequence = $3, updated_at = $4, payment_method = $5, transaction_id = $6,
           announced = $7
     WHERE order_id = $1::uuid AND sequence = $3 - 1
    RETURNING order_id
  ), ${consequencesSql({ first: 8, onlyIf: 'moved' })},
  untimed AS (${cancelTimerSql(paymentTimer)})
  SELECT count(*)::int AS saved FROM moved`,
);

/**
 * Keeps an order's payment or cancellation, what it announces and what has yet to be done; false, and
 * nothing written, when the order has moved on.
 */
export const saveMoved =
  (deps: SaveDeps) =>
  async (step: OrderStep, call: Call): Promise<boolean> => {
    const order = orderAfter(step);
    const { paymentMethod, transactionId } = paymentColumns(order);
    const { followUp, values: caused } = consequencesOf(step, call, deps);
    const [row] = await updateMoved(deps.pool, [
      order.orderId,
      order.status,
      order.sequence,
      order.updatedAt,
      paymentMethod,
      transactionId,
      order.announced,
      ...caused,
    ]);
    if (row?.saved !== 1) return false;
    deps.afterCommit(followUp);
    return true;
  };
