import { AppError } from '#platform/base/errors.ts';
import type { Clock } from '#platform/base/clock.ts';
import { learn, type OrderWithFacts } from '../domain/order.ts';
import type { Fact } from '../domain/saga.ts';

/** An event of another service about an order. */
export interface HeardEvent {
  readonly orderId: string;
  readonly fact: Fact & { readonly eventId: string };
}

/** What is known of an order now, and how many of its facts were known before. */
export interface Update {
  readonly after: OrderWithFacts;
  readonly knownBefore: number;
}

export interface LearnEventsDeps {
  now: Clock;
  /** Locks and returns the orders that exist; nobody else changes them before the updates are saved. */
  lockOrders: (orderIds: readonly string[]) => Promise<OrderWithFacts[]>;
  saveLearned: (updates: readonly Update[]) => Promise<void>;
}

/**
 * Moves orders by what payment and ticket say of them. What is known already changes nothing. Refuses an event of an order
 * that does not exist: it was not this service's, or it has been lost. Returns the orders that it has changed.
 */
export const learnEvents =
  (deps: LearnEventsDeps) =>
  async (events: readonly HeardEvent[]): Promise<OrderWithFacts[]> => {
    const byOrder = Map.groupBy(events, ({ orderId }) => orderId);
    const found = await deps.lockOrders([...byOrder.keys()]);
    const known = new Map(found.map((each) => [each.order.orderId, each]));
    const now = deps.now();
    const updates = [...byOrder].flatMap(([orderId, heard]) => {
      const before = known.get(orderId);
      if (before === undefined) throw unknownOrder(orderId);
      const after = heard.reduce(
        (order, { fact }) => learn(order, { fact, isOwn: false, now }) ?? order,
        before,
      );
      return after === before ? [] : { after, knownBefore: before.facts.length };
    });
    await deps.saveLearned(updates);
    return updates.map(({ after }) => after);
  };

const unknownOrder = (orderId: string): AppError =>
  new AppError(
    'precondition',
    'unknown-order',
    `There is no order ${orderId}, but an event of it.`,
  );
