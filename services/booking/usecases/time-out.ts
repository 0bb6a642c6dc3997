import type { Clock } from '#platform/base/clock.ts';
import type { Call } from '#platform/serving/call.ts';
import { learn, refundFact, type OrderWithFacts } from '../domain/order.ts';
import { hasEnded, isUndone } from '../domain/saga.ts';

export interface TimeOutDeps {
  now: Clock;
  /** Returns a new UUID v7. */
  newId: () => string;
  lockOrder: (orderId: string) => Promise<OrderWithFacts | undefined>;
  /** Saves that the order counts as stuck. */
  saveStuck: (orderId: string, since: Date) => Promise<void>;
  saveTakenBack: (after: OrderWithFacts, headers: Call['headers']) => Promise<void>;
  /** `compensate` takes the order back when a step has not answered; `hold` waits for the step. */
  onTimeout: 'compensate' | 'hold';
}

const reason = 'saga-timeout';

/**
 * Decides, in a transaction, about an order whose time is over: one whose saga has ended is left alone, every other one
 * counts as stuck from now until it ends. What is being taken back already is not taken back again: its compensation is
 * waited for. An order that is held has to be asked about again, for by then it may have to be taken back.
 */
export const timeOut =
  (deps: TimeOutDeps) =>
  async (orderId: string, headers: Call['headers']): Promise<'ended' | 'held' | 'stuck'> => {
    const found = await deps.lockOrder(orderId);
    if (found === undefined || hasEnded(found.facts)) return 'ended';
    const now = deps.now();
    const stuckSince = found.order.stuckSince ?? now;
    if (deps.onTimeout === 'hold' || isUndone(found.facts)) {
      await deps.saveStuck(orderId, stuckSince);
      return isUndone(found.facts) ? 'stuck' : 'held';
    }
    const fact = refundFact(deps.newId(), now, { reason, outcome: 'CANCELLED' });
    const stuck = { ...found, order: { ...found.order, stuckSince } };
    const after = learn(stuck, { fact, isOwn: true, now });
    if (after !== undefined) await deps.saveTakenBack(after, headers);
    return 'stuck';
  };
