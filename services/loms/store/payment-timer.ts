/** The kind of the timers that end the time for an order's payment; their key is the order id. */
export const paymentTimer = 'payment';
