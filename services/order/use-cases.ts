import type { Pool } from '#platform/database/pool.ts';
import { follow } from '#platform/serving/watch/follow.ts';
import type { Watches } from '#platform/serving/watch/open-watches.ts';
import { undoOrder } from './domain/follow-up.ts';
import { isFinal, type StatusChange } from './domain/status-change.ts';
import type { Clients } from './clients/open-clients.ts';
import { findAnswer, saveAnswer } from './store/answers.ts';
import { beginAttempt } from './store/attempts.ts';
import type { SaveDeps } from './store/side-effects.ts';
import { findOrder, findOrdersOf } from './store/orders.ts';
import { saveCreated } from './store/save-created.ts';
import { saveMoved } from './store/save-moved.ts';
import { schedulePayment } from './store/schedule-payment.ts';
import { expediteUndo } from './store/undo.ts';
import { cancelOrder } from './usecases/cancel-order.ts';
import { createOrder } from './usecases/create-order.ts';
import { listOrders } from './usecases/list-orders.ts';
import { loadOrder } from './usecases/load-order.ts';
import { payOrder } from './usecases/pay-order.ts';

// A client that sets no timeout waits 10 s: stop earlier, so that it gets an answer.
const createWithinMs = 7_000;

export interface UseCasesParts extends Clients {
  pool: Pool;
  save: SaveDeps;
  watches: Watches<string, StatusChange>;
  /** After this time an unfinished creation is undone, and an unfinished payment finished, by any replica. */
  undoAfterMs: number;
}

/** The use cases behind the RPCs. */
export type OrderUseCases = ReturnType<typeof createUseCases>;

/** Creates the use cases with their dependencies. */
export const createUseCases = (parts: UseCasesParts) => {
  const { pool, save, inventory, payment, watches, undoAfterMs } = parts;
  const { now, newId } = pool.clock;
  const orders = { findOrder: findOrder(pool) };
  const load = (orderId: string) => loadOrder(orders, orderId);
  const move = { ...orders, now, newId, saveMoved: saveMoved(save) };
  return {
    createOrder: createOrder({
      ...inventory,
      ...payment,
      now,
      newId,
      startDeadline: () => AbortSignal.timeout(createWithinMs),
      findAnswer: findAnswer(pool),
      saveAnswer: saveAnswer(pool),
      beginAttempt: beginAttempt(pool, undoAfterMs),
      expediteUndo: expediteUndo(pool, () => save.afterCommit(undoOrder)),
      saveCreated: saveCreated(save),
    }),
    loadOrder: load,
    listOrders: listOrders({ findOrdersOf: findOrdersOf(pool) }),
    payOrder: payOrder({
      ...move,
      charge: payment.charge,
      schedulePayment: schedulePayment(pool, undoAfterMs),
    }),
    cancelOrder: cancelOrder(move),
    watchOrder: follow({ ...watches, isFinal, load }),
  };
};
