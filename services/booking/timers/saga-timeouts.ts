import type { Call } from '#platform/serving/call.ts';
import type { TimerKind } from '#platform/messaging/timer/fire.ts';
import { lockOrders } from '../store/orders.ts';
import type { SaveDeps } from '../store/save-created.ts';
import { sagaTimer } from '../store/saga-timer.ts';
import { setSagaTimers, type TimedOrder } from '../store/set-saga-timers.ts';
import { saveStuck } from '../store/stuck.ts';
import { saveTakenBack } from '../store/take-back.ts';
import { timeOut, type TimeOutDeps } from '../usecases/time-out.ts';

export interface SagaTimeoutsOptions {
  save: SaveDeps;
  onTimeout: TimeOutDeps['onTimeout'];
}

/**
 * Looks at each order whose time is over: what has not ended counts as stuck, and is taken back if that is wanted. One that
 * is held is looked at again and again, so that a process that is started to compensate takes it back.
 */
export const sagaTimeouts = ({
  save,
  onTimeout,
}: SagaTimeoutsOptions): Record<string, TimerKind> => ({
  [sagaTimer]: {
    batchSize: 100,
    lingerMs: 20,
    afterCommit: (timers) => {
      save.afterCommit(timers.map(({ key }) => key));
    },
    handle: async (tx, timers) => {
      const keys = timers.map(({ key }) => key);
      const locked = new Map(
        (await lockOrders(tx)(keys)).map((each) => [each.order.orderId, each]),
      );
      const decide = timeOut({
        onTimeout,
        ...save.pool.clock,
        lockOrder: (orderId) => Promise.resolve(locked.get(orderId)),
        saveStuck: saveStuck(tx),
        saveTakenBack: saveTakenBack(tx, save),
      });
      const held: TimedOrder[] = [];
      for (const { key: orderId, payload } of timers) {
        const headers = payload as Call['headers'];
        if ((await decide(orderId, headers)) === 'held') held.push({ orderId, headers });
      }
      await setSagaTimers(tx, save)(held);
    },
  },
});
