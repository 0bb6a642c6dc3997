/** Kind of the timers that finish builds; the key is the order id, the payload the headers of the event. */
export const buildTimer = 'build';
