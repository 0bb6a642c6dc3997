import type { Call } from '#platform/serving/call.ts';
import type { Timer } from '#platform/messaging/timer/due.ts';
import type { TimerKind } from '#platform/messaging/timer/fire.ts';
import type { Pool } from '#platform/database/pool.ts';
import type { Inventory } from '../clients/inventory.ts';
import type { Payment } from '../clients/payment.ts';
import { commitStock } from '../domain/follow-up.ts';
import { endAttempt } from '../store/attempts.ts';
import type { SaveDeps } from '../store/side-effects.ts';
import { findOrder } from '../store/orders.ts';
import { saveMoved } from '../store/save-moved.ts';
import type { PaymentPayload } from '../store/schedule-payment.ts';
import { timerKind, type OrderTimerKind } from '../store/timer-kinds.ts';
import { finishPayment } from '../usecases/pay-order.ts';

export interface OrderTimersOptions {
  pool: Pool;
  inventory: Inventory;
  payment: Payment;
  save: SaveDeps;
}

/**
 * Handlers for what is still to be done for orders at inventory and payment; each is retried until it has
 * succeeded.
 */
export const orderTimers = (options: OrderTimersOptions): Record<OrderTimerKind, TimerKind> => {
  const { inventory, payment } = options;
  return {
    [timerKind.undo]: {
      workers: 4,
      handle: (tx, timers) =>
        eachOf(timers, async (timer) => {
          const call = callOf(timer);
          // in parallel, because the transaction must be short
          await Promise.all([
            payment.voidPayment(timer.key, call),
            inventory.release(timer.key, call),
          ]);
          await endAttempt(tx.client)(timer.key);
        }),
    },
    [timerKind.commitStock]: {
      batchSize: 32,
      lingerMs: 50,
      workers: 2,
      handle: async (_tx, timers) => {
        await Promise.all(timers.map((timer) => inventory.commit(timer.key, callOf(timer))));
      },
    },
    [timerKind.finishPayment]: paymentTimers(options),
  };
};

const paymentTimers = ({ pool, payment, save }: OrderTimersOptions): TimerKind => ({
  workers: 2,
  // what is saved here is committed together with the end of the timer
  afterCommit: () => save.afterCommit(commitStock),
  handle: (tx, timers) => {
    const finish = finishPayment({
      now: pool.clock.now,
      newId: pool.clock.newId,
      charge: payment.chargeOnce,
      findOrder: findOrder(tx.client),
      saveMoved: saveMoved({ ...save, pool: tx.client, afterCommit: () => undefined }),
    });
    return eachOf(timers, (timer) => {
      const { method } = timer.payload as PaymentPayload;
      return finish({ orderId: timer.key, method }, callOf(timer));
    });
  },
});

/** One timer per batch, as for all kinds of this service that change the database. */
const eachOf = async (
  timers: readonly Timer[],
  handle: (timer: Timer) => Promise<void>,
): Promise<void> => {
  for (const timer of timers) await handle(timer);
};

const { signal } = new AbortController();

const callOf = ({ payload }: Timer): Call => ({ ...(payload as Pick<Call, 'headers'>), signal });
