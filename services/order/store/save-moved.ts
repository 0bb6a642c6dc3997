import type { Call } from '#platform/call.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { encodeOutboxRows } from '#platform/outbox/event.ts';
import { insertOutboxSql } from '#platform/outbox/insert.ts';
import { cancelTimerSql, scheduleTimerSql } from '#platform/timer/schedule.ts';
import { orderAfter, type OrderStep } from '../domain/step.ts';
import { encodeChanges, insertChangesSql } from './order-changes.ts';
import { encodeFollowUp, followUpOf, type SaveDeps } from './save-deps.ts';
import { timerKind } from './timer-kinds.ts';

const schema = 'order';
const onlyIf = 'moved';
const paymentTimer = { schema, onlyIf, kind: timerKind.finishPayment, key: '$1::uuid::text' };

/*
 * `moved` changes the order only if it is still as it was read (its sequence tells), and holds its row
 * from then on. It has left PENDING_PAYMENT, so there is no payment left to finish.
 */
const updateMoved = prepareStatement<{ saved: number }>(
  'order_save_moved',
  `WITH moved AS (
    UPDATE "order".orders
       SET status = $2, sequence = $3, updated_at = $4, payment_method = $5, transaction_id = $6
     WHERE order_id = $1::uuid AND sequence = $3 - 1
    RETURNING order_id
  ), saved_changes AS (${insertChangesSql({ parameter: '$7', onlyIf })}
  ), announced AS (${insertOutboxSql({ schema, parameter: '$8', onlyIf })}
  ), timed AS (${scheduleTimerSql({ schema, parameter: '$9', onlyIf })}
  ), untimed AS (${cancelTimerSql(paymentTimer)})
  SELECT count(*)::int AS saved FROM moved`,
);

/**
 * Keeps an order's payment or cancellation, what it announces and what has yet to be done; false, and
 * nothing written, when the order has moved on.
 */
export const saveMoved =
  ({ pool, toOutboxEvent, afterCommit }: SaveDeps) =>
  async (step: OrderStep, call: Call): Promise<boolean> => {
    const order = orderAfter(step);
    const { paid } = step;
    const [row] = await updateMoved(pool, [
      order.orderId,
      order.status,
      order.sequence,
      order.updatedAt,
      paid?.order.payment.method ?? null,
      paid?.order.payment.transactionId ?? null,
      encodeChanges(step.changes),
      encodeOutboxRows(paid ? [toOutboxEvent(paid, call.headers)] : []),
      encodeFollowUp(order, call),
    ]);
    if (row?.saved !== 1) return false;
    afterCommit(followUpOf(order));
    return true;
  };
