/** Kind of the timers that ask whether a saga has ended in time; the key is the order id, the payload its headers. */
export const sagaTimer = 'saga-timeout';
