import { follow, type FollowDeps } from '#platform/serving/watch/follow.ts';
import { isFinal, type StatusChange } from '../domain/status-change.ts';
import { loadOrder, type LoadOrderDeps } from './load-order.ts';

export interface WatchOrderDeps
  extends LoadOrderDeps, Pick<FollowDeps<string, StatusChange>, 'slots' | 'next'> {}

export interface WatchFrom {
  orderId: string;
  /** 0 starts with the first change. */
  afterSequence: bigint;
}

/**
 * Streams the changes of an order, past ones first, until one is final. Refuses unknown orders, a sequence
 * that the order has not reached, and a watch beyond the limit of watches. A watch that lasts too long ends
 * with `watch-expired`.
 */
export const watchOrder = (deps: WatchOrderDeps) => {
  const followChanges = follow<string, StatusChange>({
    slots: deps.slots,
    next: (position, signal) => deps.next(position, signal),
    isLast: ({ status }) => isFinal(status),
    load: async (orderId) => {
      const { status, sequence } = await loadOrder(deps, orderId);
      return { sequence, isOver: isFinal(status) };
    },
  });
  return ({ orderId, afterSequence }: WatchFrom, signal: AbortSignal) =>
    followChanges({ key: orderId, after: afterSequence }, signal);
};
