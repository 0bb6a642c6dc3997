import { assemble, cancel, findPayment, openOrder, pay, type Order } from './order.ts';
import { isFinal } from './status-change.ts';

const then = new Date(1_000);
const now = new Date(2_000);
const { order: pending } = openOrder(
  { orderId: 'o', userId: 'u', items: [{ partId: 'p', quantity: 1 }], totalMinor: 100n },
  then,
);
const payment = { method: 'CARD', transactionId: 't' } as const;
const { order: paid } = pay(pending, payment, now);
const { order: cancelled } = cancel(pending, now);
const { order: assembled } = assemble(paid, now)!;

test('an order begins as PENDING_PAYMENT, its first change', () => {
  expect(pending).toMatchObject({ status: 'PENDING_PAYMENT', sequence: 1n });
  expect(pending).toMatchObject({ createdAt: then, updatedAt: then });
});

test('each move is the next change, and tells what was before', () => {
  const moved = { sequence: 2n, createdAt: then, updatedAt: now };
  expect(pay(pending, payment, now)).toEqual({
    order: { ...pending, ...moved, eventCount: 1n, status: 'PAID', payment },
    previousStatus: 'PENDING_PAYMENT',
  });
  expect(cancel(pending, now)).toEqual({
    order: { ...pending, ...moved, status: 'CANCELLED' },
    previousStatus: 'PENDING_PAYMENT',
  });
  expect(assemble(paid, now)).toEqual({
    order: { ...paid, ...moved, sequence: 3n, status: 'ASSEMBLED' },
    previousStatus: 'PAID',
  });
});

test.each<Order>([paid, cancelled, assembled])(
  '$status can be neither paid nor cancelled',
  (order) => {
    const { status } = order;
    const metadata = { order_id: 'o', status };
    expect(() => pay(order, payment, now)).toThrow(
      expect.objectContaining({ kind: 'precondition', reason: 'order-not-payable', metadata }),
    );
    expect(() => cancel(order, now)).toThrow(
      expect.objectContaining({ kind: 'precondition', reason: 'order-not-cancellable', metadata }),
    );
  },
);

test('the payment of a PAID order is known by its method; every other way to pay again is refused', () => {
  expect(findPayment(pending, 'CARD')).toBeUndefined();
  expect(findPayment(paid, 'CARD')).toBe('t');
  const refusal = expect.objectContaining({ reason: 'order-not-payable' });
  expect(() => findPayment(paid, 'SBP')).toThrow(refusal);
  expect(() => findPayment(assembled, 'CARD')).toThrow(refusal);
  expect(() => findPayment(cancelled, 'CARD')).toThrow(refusal);
});

test('assembling again changes nothing; what was never paid is not assembled', () => {
  expect(assemble(assembled, now)).toBeUndefined();
  const refusal = expect.objectContaining({ kind: 'precondition', reason: 'order-not-paid' });
  expect(() => assemble(pending, now)).toThrow(refusal);
  expect(() => assemble(cancelled, now)).toThrow(refusal);
});

test('nothing comes after CANCELLED and ASSEMBLED', () => {
  const all = [pending, paid, cancelled, assembled].map(({ status }) => isFinal(status));
  expect(all).toEqual([false, false, true, true]);
});
