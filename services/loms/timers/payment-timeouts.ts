import type { Transaction } from '#platform/database/transaction.ts';
import type { TimerKind } from '#platform/messaging/timer/fire.ts';
import { findOrder } from '../store/orders.ts';
import { paymentTimer } from '../store/payment-timer.ts';
import type { VersionedStock } from '../store/stocks.ts';
import type { SaveDeps } from '../store/save-created.ts';
import { saveStatusChange } from '../store/save-status-change.ts';
import type { CreateEventsDeps } from '../domain/order.ts';
import { cancelUnpaidOrder } from '../usecases/change-status.ts';

export interface PaymentTimeoutsOptions {
  eventDeps: CreateEventsDeps;
  save: SaveDeps;
}

/**
 * Cancels orders whose time for payment is over. It runs even when PAYMENT_TIMEOUT is off, so that timers
 * written under an earlier setting still fire.
 */
export const paymentTimeouts = (options: PaymentTimeoutsOptions): Record<string, TimerKind> => ({
  [paymentTimer]: cancelUnpaid(options),
});

/** One timer per transaction: two would lock stocks out of order and could deadlock. */
const cancelUnpaid = ({ eventDeps, save }: PaymentTimeoutsOptions): TimerKind => {
  const { signal } = new AbortController();
  // by order: what its transaction has changed, until that is committed
  const changed = new Map<string, readonly VersionedStock[]>();
  const cancelIn = ({ client }: Transaction, key: string) => {
    const saveIn = {
      ...save,
      pool: client,
      wakePublisher: () => undefined,
      noteStocks: (stocks: readonly VersionedStock[]) => {
        changed.set(key, stocks);
        return Promise.resolve();
      },
    };
    return cancelUnpaidOrder({
      ...eventDeps,
      findOrder: findOrder(client),
      saveStatusChange: saveStatusChange(saveIn),
    });
  };
  return {
    batchSize: 1,
    workers: 2,
    afterCommit: (timers) => {
      save.wakePublisher();
      for (const { key } of timers) {
        void save.noteStocks?.(changed.get(key) ?? []);
        changed.delete(key);
      }
    },
    handle: async (tx, timers) => {
      for (const { key, payload } of timers) {
        const headers = payload as Readonly<Record<string, string>>;
        await cancelIn(tx, key)(BigInt(key), { signal, headers });
      }
    },
  };
};
