import { Counter, type Registry } from 'prom-client';
import { causeTypes } from './events/order-event.ts';

/** Creates the counter of the events that were handled, by type. Returns the function that counts those of a commit. */
export const countProcessed = (registry: Registry): ((types: readonly string[]) => void) => {
  const counter = new Counter({
    name: 'ticket_service_events_processed_total',
    help: 'Events on which this service acts, handled and committed, by type.',
    labelNames: ['type'],
    registers: [registry],
  });
  const counted = new Set<string>(causeTypes);
  for (const type of counted) counter.inc({ type }, 0);
  return (types) => {
    for (const type of types) if (counted.has(type)) counter.inc({ type });
  };
};
