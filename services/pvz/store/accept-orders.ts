import { batched } from '#platform/base/batched.ts';
import type { Clock } from '#platform/base/clock.ts';
import { AppError } from '#platform/base/errors.ts';
import type { Pool } from '#platform/database/pool.ts';
import type { Call } from '#platform/serving/call.ts';
import { checkNewOrder, type BroughtOrder } from '../domain/new-order.ts';
import { accept } from '../domain/order.ts';
import { refusal } from '../domain/refusal.ts';
import type { SaveDeps } from './events-of.ts';
import { insertAccepted, type AcceptedOrder } from './insert-accepted.ts';

export interface ChangeDeps extends SaveDeps {
  pool: Pool;
  now: Clock;
  /** Called after each commit. */
  wakePublisher: () => void;
}

/** An order that a courier brings, and the call that brings it. */
export interface Brought {
  order: BroughtOrder;
  call: Call;
}

/**
 * Accepts orders that couriers bring, each by itself, all in one transaction. Returns for each why it was refused, or
 * undefined when it was accepted.
 */
export const acceptOrders =
  (deps: ChangeDeps) =>
  async (brought: readonly Brought[]): Promise<(AppError | undefined)[]> => {
    const now = deps.now();
    const wanted = new Map<bigint, AcceptedOrder>();
    const checked = brought.map(({ order, call }) => {
      const found = checkNewOrder(order, now);
      if (found instanceof AppError) return found;
      // of two with one id only the first
      if (wanted.has(found.orderId)) return refusal.exists(found.orderId);
      const accepted = { order: accept(found, now), call };
      wanted.set(found.orderId, accepted);
      return accepted;
    });
    const saved = await saveAll(deps, [...wanted.values()]);
    return checked.map((each) => {
      if (each instanceof AppError) return each;
      const { orderId } = each.order;
      return saved.has(orderId) ? undefined : refusal.exists(orderId);
    });
  };

const maxBatchSize = 100;

/** Accepts one order, or throws why it is refused. Orders that come at once share a statement. */
export const acceptOrder = (deps: ChangeDeps): ((brought: Brought) => Promise<void>) => {
  const acceptTogether = batched(acceptOrders(deps), maxBatchSize);
  return async (brought) => {
    const refused = await acceptTogether(brought);
    if (refused !== undefined) throw refused;
  };
};

const saveAll = async (
  deps: ChangeDeps,
  accepted: readonly AcceptedOrder[],
): Promise<ReadonlySet<bigint>> => {
  if (accepted.length === 0) return new Set();
  const saved = await insertAccepted(deps.pool, deps)(accepted);
  if (saved.size > 0) deps.wakePublisher();
  return saved;
};
