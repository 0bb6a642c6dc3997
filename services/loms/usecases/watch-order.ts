import { AppError } from '#platform/errors.ts';
import type { Places } from '#platform/watch/places.ts';
import { isFinal, type StatusChange } from '../domain/status-change.ts';
import { loadOrder, type LoadOrderDeps } from './load-order.ts';

export interface WatchOrderDeps extends LoadOrderDeps {
  /** Who watches takes a place, for as long as is allowed. */
  places: Places;
  /** The order's changes after a sequence, as soon as there are any; rejects when the signal aborts. */
  nextChanges: (from: WatchFrom, signal: AbortSignal) => Promise<readonly StatusChange[]>;
}

export interface WatchFrom {
  orderId: bigint;
  /** 0: from the first change. */
  afterSequence: bigint;
}

/**
 * Tells an order's changes, past ones first, until one is final. Refuses unknown orders, a sequence that
 * the order has not reached, and one watcher too many. Ends a watch that takes too long with `watch-expired`.
 */
export const watchOrder = (deps: WatchOrderDeps) =>
  async function* (from: WatchFrom, signal: AbortSignal): AsyncGenerator<StatusChange> {
    const place = deps.places.enter(signal, expired);
    if (!place) throw tooMany();
    try {
      const order = await loadOrder(deps, from.orderId);
      if (from.afterSequence > order.sequence) throw ahead(from, order.sequence);
      let isOver = isFinal(order.status) && from.afterSequence === order.sequence;
      let { afterSequence } = from;
      while (!isOver) {
        const changes = await deps.nextChanges({ ...from, afterSequence }, place.signal);
        for (const change of changes) {
          yield change;
          afterSequence = change.sequence;
          isOver = isFinal(change.status);
        }
      }
    } finally {
      place.leave();
    }
  };

const expired = (): AppError =>
  new AppError('unavailable', 'watch-expired', 'Watched long enough; go on with after_sequence.');

const tooMany = (): AppError =>
  new AppError('exhausted', 'too-many-watches', 'Too many orders are watched here; try later.');

const ahead = ({ orderId, afterSequence }: WatchFrom, sequence: bigint): AppError =>
  new AppError(
    'invalid',
    'sequence-ahead',
    `Order ${orderId.toString()} is at sequence ${sequence.toString()}, which is before ${afterSequence.toString()}.`,
    { field: 'after_sequence', metadata: { sequence: sequence.toString() } },
  );
