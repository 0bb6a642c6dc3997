import { prepareStatement } from '#platform/database/statement.ts';
import type { Transaction } from '#platform/database/transaction.ts';
import { encodeTimers, scheduleTimerSql } from '#platform/messaging/timer/schedule.ts';
import type { Call } from '#platform/serving/call.ts';
import type { SaveDeps } from './save-created.ts';
import { sagaTimer } from './saga-timer.ts';

const scheduleTimers = prepareStatement(
  'booking_schedule_timers',
  scheduleTimerSql({ schema: 'booking', parameter: '$1' }),
);

/** An order whose saga has to end in time, with the headers of what its timer may cause. */
export interface TimedOrder {
  orderId: string;
  headers: Call['headers'];
}

/** Sets the timers that ask whether the sagas of these orders have ended in time, anew. */
export const setSagaTimers =
  ({ client }: Transaction, { sagaTimeoutMs: dueInMs }: Pick<SaveDeps, 'sagaTimeoutMs'>) =>
  async (orders: readonly TimedOrder[]): Promise<void> => {
    if (orders.length === 0) return;
    await scheduleTimers(client, [
      encodeTimers(
        orders.map(({ orderId, headers }) => ({
          kind: sagaTimer,
          key: orderId,
          dueInMs,
          payload: headers,
        })),
      ),
    ]);
  };
