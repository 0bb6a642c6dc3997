import type { Transaction } from '#platform/database/transaction.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { appendToOutbox } from '#platform/messaging/outbox/insert.ts';
import type { Call } from '#platform/serving/call.ts';
import type { OrderWithFacts } from '../domain/order.ts';
import { orderEvent } from '../events/order-event.ts';
import type { SaveDeps } from './save-created.ts';
import { lockOrders } from './orders.ts';
import { saveLearned } from './save-learned.ts';
import { sagaTimer } from './saga-timer.ts';
import { setSagaTimers } from './set-saga-timers.ts';

const lockTimer = prepareStatement(
  'booking_lock_timer',
  'SELECT FROM booking.timers WHERE kind = $1 AND key = $2 FOR UPDATE',
);

/**
 * Locks the timer of an order's saga and then the order, as a timer that fires does: in the other sequence the two could
 * deadlock when the timer is set anew.
 */
export const lockToTakeBack =
  (tx: Transaction) =>
  async (orderId: string): Promise<OrderWithFacts | undefined> => {
    await lockTimer(tx.client, [sagaTimer, orderId]);
    const [found] = await lockOrders(tx)([orderId]);
    return found;
  };

/**
 * Saves that an order, which the transaction has locked, is taken back: its last fact, the event of it, and a new timer for
 * the compensation.
 */
export const saveTakenBack =
  (tx: Transaction, deps: Pick<SaveDeps, 'topic' | 'sagaTimeoutMs'>) =>
  async (after: OrderWithFacts, headers: Call['headers']): Promise<void> => {
    const { order, facts } = after;
    await saveLearned(tx)([{ after, knownBefore: facts.length - 1 }]);
    await setSagaTimers(tx, deps)([{ orderId: order.orderId, headers }]);
    const events = facts
      .slice(-1)
      .map((fact) => orderEvent(order, fact, { topic: deps.topic, headers }));
    await appendToOutbox(tx, 'booking', events);
  };
