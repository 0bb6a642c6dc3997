import { Counter, type Registry } from 'prom-client';
import type { InboxEvent } from './event.ts';

export interface CountedEvents {
  /** The name of the counter, for a service whose contract prescribes one. */
  name: string;
  /** The types on which the consumer acts; there is a series of each from the start. */
  types: readonly string[];
}

/** Creates a counter of handled events by type. Returns the function that counts those of a commit (`afterCommit`). */
export const countHandled = (
  registry: Registry,
  { name, types }: CountedEvents,
): ((events: readonly Pick<InboxEvent<unknown>, 'type'>[]) => void) => {
  const counter = new Counter({
    name,
    help: 'Events on which this service acts, handled and committed, by type.',
    labelNames: ['type'],
    registers: [registry],
  });
  for (const type of types) counter.inc({ type }, 0);
  return (events) => {
    for (const { type } of events) counter.inc({ type });
  };
};
