import { sleep } from '#platform/base/sleep.ts';
import type { Pool } from '#platform/database/pool.ts';
import { isSettled, readSnapshots, type Snapshot } from './snapshots.ts';

type Condition = (orders: readonly Snapshot[]) => boolean;

export interface Watch {
  /** Resolves with the orders of these users when they satisfy the condition. */
  until(userIds: readonly string[], isMet: Condition, what: string): Promise<Snapshot[]>;
  /** Resolves when nothing happens to the orders of these users any more by itself. */
  settled(userIds: readonly string[]): Promise<Snapshot[]>;
  stop(): void;
}

interface Waiter {
  userIds: readonly string[];
  isMet: Condition;
  what: string;
  untilMs: number;
  resolve: (orders: Snapshot[]) => void;
  reject: (fault: Error) => void;
}

const lookAgainMs = 100;
// no claim about speed: a scenario by itself takes less than a second
const limitMs = 90_000;

/** Looks at the orders of all scenarios together, again and again while one waits. */
export const createWatch = (pool: Pool, isBusyWith: (orderId: string) => boolean): Watch => {
  const abort = new AbortController();
  const waiters = new Set<Waiter>();
  const end = (waiter: Waiter, outcome: () => void) => {
    waiters.delete(waiter);
    outcome();
  };
  const look = async (): Promise<void> => {
    const asked = [...waiters];
    const orders = await readSnapshots(pool, [...new Set(asked.flatMap((each) => each.userIds))]);
    const byUser = Map.groupBy(orders, ({ userId }) => userId);
    for (const waiter of asked) {
      const own = waiter.userIds.flatMap((userId) => byUser.get(userId) ?? []);
      if (waiter.isMet(own)) end(waiter, () => waiter.resolve(own));
      else if (performance.now() > waiter.untilMs)
        end(waiter, () => waiter.reject(new Error(`${waiter.what}, never:\n${inWords(own)}`)));
    }
  };
  const giveUp = (fault: Error) => {
    for (const waiter of waiters) end(waiter, () => waiter.reject(fault));
  };
  const run = async (): Promise<void> => {
    while (!abort.signal.aborted) {
      if (waiters.size > 0) await look().catch(giveUp);
      await sleep(lookAgainMs, abort.signal);
    }
  };
  void run();
  const until: Watch['until'] = (userIds, isMet, what) =>
    new Promise((resolve, reject) => {
      const untilMs = performance.now() + limitMs;
      waiters.add({ userIds, isMet, what, untilMs, resolve, reject });
    });
  const isQuiet: Condition = (orders) =>
    orders.every((order) => isSettled(order) && !isBusyWith(order.orderId));
  return {
    until,
    settled: (userIds) => until(userIds, isQuiet, 'each event handled by each service'),
    stop: () => abort.abort(),
  };
};

const inWords = (orders: readonly Snapshot[]): string =>
  orders.map((order) => JSON.stringify(order)).join('\n');
