/** The kind of the timers that end builds; their key is the order id, their payload the event's headers. */
export const buildTimer = 'build';
