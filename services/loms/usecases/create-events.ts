import type { Clock } from '#platform/base/clock.ts';
import type { OrderEvent } from '../domain/event.ts';
import type { OrderChange } from '../domain/order.ts';

export interface CreateEventsDeps {
  now: Clock;
  /** Returns a new UUID v7. */
  newEventId: () => string;
}

/** The events of changes that were decided together: one time for all, an id for each. Nothing is saved yet. */
export const createEvents = (
  { now, newEventId }: CreateEventsDeps,
  changes: readonly OrderChange[],
): OrderEvent[] => {
  const moment = now();
  return changes.map((change) => ({ eventId: newEventId(), moment, change }));
};
