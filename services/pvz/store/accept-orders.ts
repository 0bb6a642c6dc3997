import type { Clock } from '#platform/base/clock.ts';
import { AppError } from '#platform/base/errors.ts';
import type { Pool } from '#platform/database/pool.ts';
import type { Call } from '#platform/serving/call.ts';
import { checkNewOrder, type BroughtOrder } from '../domain/new-order.ts';
import { accept, type NewOrder } from '../domain/order.ts';
import { refusal } from '../domain/refusal.ts';
import type { SaveDeps } from './events-of.ts';
import { insertAccepted } from './insert-accepted.ts';

export interface ChangeDeps extends SaveDeps {
  pool: Pool;
  now: Clock;
  /** Called after each commit. */
  wakePublisher: () => void;
}

/**
 * Accepts orders that a courier brings, each by itself, all in one transaction. Returns for each why it was refused, or
 * undefined when it was accepted.
 */
export const acceptOrders =
  (deps: ChangeDeps) =>
  async (brought: readonly BroughtOrder[], call: Call): Promise<(AppError | undefined)[]> => {
    const now = deps.now();
    const checked = brought.map((order) => checkNewOrder(order, now));
    const wanted = new Map<bigint, NewOrder>();
    for (const order of checked)
      if (!(order instanceof AppError) && !wanted.has(order.orderId))
        wanted.set(order.orderId, order);
    const inserted = await insertAll(deps, [...wanted.values()], { now, call });
    return checked.map((order) => {
      if (order instanceof AppError) return order;
      // of two with one id only the first
      const isAccepted = inserted.has(order.orderId) && wanted.get(order.orderId) === order;
      return isAccepted ? undefined : refusal.exists(order.orderId);
    });
  };

/** Accepts one order, or throws why it is refused. */
export const acceptOrder =
  (deps: ChangeDeps) =>
  async (brought: BroughtOrder, call: Call): Promise<void> => {
    const [refused] = await acceptOrders(deps)([brought], call);
    if (refused !== undefined) throw refused;
  };

const insertAll = async (
  deps: ChangeDeps,
  wanted: readonly NewOrder[],
  { now, call }: { now: Date; call: Call },
): Promise<ReadonlySet<bigint>> => {
  if (wanted.length === 0) return new Set();
  const accepted = wanted.map((order) => accept(order, now));
  const inserted = await insertAccepted(deps.pool, deps)(accepted, call);
  if (inserted.size > 0) deps.wakePublisher();
  return inserted;
};
