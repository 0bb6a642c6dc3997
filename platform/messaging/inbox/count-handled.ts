import { Counter, type Registry } from 'prom-client';
import type { InboxEvent } from './event.ts';

export interface CountedEvents {
  /** The name of the counter, for a service whose contract prescribes one. */
  name: string;
  /** The types of the events that count; there is a series of each from the start. */
  types: readonly string[];
}

/**
 * Creates a counter of handled events by type. Returns the function that counts those of a commit
 * (`afterCommit`) and returns how many of them count.
 */
export const countHandled = (
  registry: Registry,
  { name, types }: CountedEvents,
): ((events: readonly Pick<InboxEvent<unknown>, 'type'>[]) => number) => {
  const counter = new Counter({
    name,
    help: 'Events on which this service acts, handled and committed, by type.',
    labelNames: ['type'],
    registers: [registry],
  });
  const counted = new Set<string>(types);
  for (const type of counted) counter.inc({ type }, 0);
  return (events) => {
    const found = events.filter(({ type }) => counted.has(type));
    for (const { type } of found) counter.inc({ type });
    return found.length;
  };
};
