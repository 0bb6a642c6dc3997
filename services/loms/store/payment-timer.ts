/** Kind of the timers for the payment timeout; the key is the order id. */
export const paymentTimer = 'payment';
