import type { InboxEvent } from './event.ts';

/** The headers that an event passes on to the events that it causes. */
const passedOn = ['traceparent', 'correlation-id'];

/** Returns the headers for events that this one causes: its trace and correlation id, and its id as `causation-id`. */
export const headersCausedBy = ({
  id,
  headers,
}: Pick<InboxEvent<unknown>, 'id' | 'headers'>): Record<string, string> => {
  const kept = Object.entries(headers).filter(([name]) => passedOn.includes(name));
  return { ...Object.fromEntries(kept), 'causation-id': id };
};
