import type { Clock } from '#platform/base/clock.ts';
import type { OrderEvent } from '../domain/event.ts';
import type { OrderChange } from '../domain/order.ts';

export interface AnnounceDeps {
  now: Clock;
  /** A new UUID v7. */
  newEventId: () => string;
}

/** Makes events of changes that were decided together: one time, an id for each. */
export const announce = (
  { now, newEventId }: AnnounceDeps,
  changes: readonly OrderChange[],
): OrderEvent[] => {
  const moment = now();
  return changes.map((change) => ({ eventId: newEventId(), moment, change }));
};
