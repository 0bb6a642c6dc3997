import {
  awaitPayment,
  cancel,
  fail,
  openOrder,
  pay,
  timeOutPayment,
  type Order,
  type OrderStatus,
} from './order.ts';

const order = (status: OrderStatus): Order => ({
  orderId: 7n,
  userId: 1n,
  items: [{ sku: 1002n, count: 2 }],
  status,
  sequence: 2n,
});

test('an order opens as new with sequence 1 and no status before it', () => {
  const { order: opened, previousStatus } = openOrder({ orderId: 7n, userId: 1n, items: [] });
  expect(opened).toMatchObject({ status: 'new', sequence: 1n });
  expect(previousStatus).toBeUndefined();
});

test('each change takes the next sequence and names the status before', () => {
  const opened = openOrder({ orderId: 7n, userId: 1n, items: [] }).order;
  expect(awaitPayment(opened)).toEqual({
    order: { ...opened, status: 'awaiting payment', sequence: 2n },
    previousStatus: 'new',
  });
  expect(fail(opened, 'out-of-stock')).toMatchObject({
    order: { status: 'failed', sequence: 2n },
    previousStatus: 'new',
    reason: 'out-of-stock',
  });
});

test('an order that awaits payment can be payed or cancelled', () => {
  expect(pay(order('awaiting payment'))).toMatchObject({
    order: { status: 'payed', sequence: 3n },
  });
  expect(cancel(order('awaiting payment'), 'by-request')).toMatchObject({
    order: { status: 'cancelled', sequence: 3n },
    previousStatus: 'awaiting payment',
    reason: 'by-request',
  });
});

test('the same again changes nothing', () => {
  expect(pay(order('payed'))).toBeUndefined();
  expect(cancel(order('cancelled'), 'by-request')).toBeUndefined();
});

test.each(['new', 'failed', 'cancelled'] as const)('a %s order cannot be payed', (status) => {
  expect(() => pay(order(status))).toThrow(
    expect.objectContaining({ kind: 'precondition', reason: 'order-not-payable' }),
  );
});

test.each(['new', 'failed', 'payed'] as const)('a %s order cannot be cancelled', (status) => {
  expect(() => cancel(order(status), 'by-request')).toThrow(
    expect.objectContaining({ kind: 'precondition', reason: 'order-not-cancellable' }),
  );
});

test('an order that still awaits payment when its time is over is cancelled', () => {
  expect(timeOutPayment(order('awaiting payment'))).toMatchObject({
    order: { status: 'cancelled', sequence: 3n },
    previousStatus: 'awaiting payment',
    reason: 'payment-timeout',
  });
});

test.each(['new', 'failed', 'payed', 'cancelled'] as const)(
  'a %s order stays as it is when the time for payment is over',
  (status) => {
    expect(timeOutPayment(order(status))).toBeUndefined();
  },
);
