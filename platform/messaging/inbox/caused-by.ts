import type { InboxEvent } from './event.ts';

/** What goes on from an event to what it causes. */
const passedOn = ['traceparent', 'correlation-id'];

/** The headers for events that this one causes: its trace and correlation, and its id as their cause. */
export const headersCausedBy = ({
  id,
  headers,
}: Pick<InboxEvent<unknown>, 'id' | 'headers'>): Record<string, string> => {
  const kept = Object.entries(headers).filter(([name]) => passedOn.includes(name));
  return { ...Object.fromEntries(kept), 'causation-id': id };
};
