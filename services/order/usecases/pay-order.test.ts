import { AppError } from '#platform/base/errors.ts';
import {
  cancel,
  openOrder,
  type Order,
  type OrderUpdate,
  pay,
  type PaymentMethod,
} from '../domain/order.ts';
import { cancelOrder } from './cancel-order.ts';
import { finishPayment, payOrder, type PayOrderDeps } from './pay-order.ts';

const now = new Date(0);
const call = { signal: new AbortController().signal, headers: {} };
const { order: pending } = openOrder(
  { orderId: 'o', userId: 'u', items: [], totalMinor: 100n },
  now,
);
const paid = pay(pending, { method: 'CARD', transactionId: 't-before' }, now).order;
const cancelled = cancel(pending, now).order;

/** Each look finds the next of `looks`; a save succeeds when `wins` says so. */
const fake = (
  looks: (Order | undefined)[],
  { wins = [true], underWay }: { wins?: boolean[]; underWay?: PaymentMethod } = {},
) => {
  const log: string[] = [];
  const saved: OrderUpdate[] = [];
  const deps: PayOrderDeps = {
    now: () => now,
    newId: () => 'event',
    findOrder: () => Promise.resolve(looks.shift()),
    schedulePayment: ({ method }) => {
      log.push(`schedule ${method}`);
      return Promise.resolve(underWay ?? method);
    },
    charge: ({ method }) => {
      log.push(`charge ${method}`);
      return Promise.resolve('t');
    },
    saveMoved: (update) => {
      saved.push(update);
      return Promise.resolve(wins.shift() ?? false);
    },
  };
  return { deps, log, saved };
};
const byCard = { orderId: 'o', method: 'CARD' } as const;

test('the payment is written down before it is asked for, and saved with its event', async () => {
  const { deps, log, saved } = fake([pending]);
  expect(await payOrder(deps)(byCard, call)).toBe('t');
  expect(log).toEqual(['schedule CARD', 'charge CARD']);
  expect(saved).toMatchObject([
    { changes: [{ order: { status: 'PAID' } }], paid: { eventId: 'event' } },
  ]);
});

test('of a PAID order nothing is asked: the same transaction again', async () => {
  const { deps, log } = fake([paid]);
  expect(await payOrder(deps)(byCard, call)).toBe('t-before');
  expect(log).toEqual([]);
});

test.each([
  ['unknown', undefined, 'order-not-found'],
  ['CANCELLED', cancelled, 'order-not-payable'],
  [
    'PAID by another method',
    { ...paid, payment: { ...paid.payment, method: 'SBP' } },
    'order-not-payable',
  ],
] as const)('an order that is %s is refused, and nothing is asked', async (_, order, reason) => {
  const { deps, log } = fake([order]);
  await expect(payOrder(deps)(byCard, call)).rejects.toMatchObject({ reason });
  expect(log).toEqual([]);
});

test('while a payment by another method is being finished nothing is charged', async () => {
  const { deps, log } = fake([pending], { underWay: 'SBP' });
  await expect(payOrder(deps)(byCard, call)).rejects.toMatchObject({
    kind: 'conflict',
    reason: 'payment-under-way',
  });
  expect(log).toEqual(['schedule CARD']);
});

test('one that was paid meanwhile gives that transaction; one that was cancelled is refused', async () => {
  const won = fake([pending, paid], { wins: [false] });
  expect(await payOrder(won.deps)(byCard, call)).toBe('t-before');
  const lost = fake([pending, cancelled], { wins: [false] });
  await expect(payOrder(lost.deps)(byCard, call)).rejects.toMatchObject({
    reason: 'order-not-payable',
  });
});

test('finishing pays a PENDING_PAYMENT order, and leaves one alone that has moved on', async () => {
  const open = fake([pending]);
  await finishPayment(open.deps)(byCard, call);
  expect(open.log).toEqual(['charge CARD']);
  expect(open.saved).toHaveLength(1);
  for (const order of [paid, cancelled]) {
    const moved = fake([order]);
    await finishPayment(moved.deps)(byCard, call);
    expect(moved.log).toEqual([]);
  }
});

describe('a cancellation', () => {
  test('that loses to a payment is refused at the second look', async () => {
    const { deps } = fake([pending, paid], { wins: [false] });
    await expect(cancelOrder(deps)('o', call)).rejects.toMatchObject({
      reason: 'order-not-cancellable',
    });
  });

  test('that keeps losing says to try again', async () => {
    const { deps } = fake([pending, pending, pending], { wins: [] });
    const refusal: Partial<AppError> = { kind: 'conflict', reason: 'order-busy' };
    await expect(cancelOrder(deps)('o', call)).rejects.toMatchObject(refusal);
  });
});

test('when payment refuses because another call was first, the order tells why', async () => {
  const refused = new AppError('precondition', 'payment-differs', 'Paid otherwise.');
  const tried = (...looks: (Order | undefined)[]) => {
    const { deps } = fake(looks);
    return payOrder({ ...deps, charge: () => Promise.reject(refused) });
  };
  const bySbp = { orderId: 'o', method: 'SBP' } as const;
  await expect(tried(pending, paid)(bySbp, call)).rejects.toMatchObject({
    reason: 'order-not-payable',
  });
  expect(await tried(pending, paid)(byCard, call)).toBe('t-before');
  await expect(tried(pending, pending)(bySbp, call)).rejects.toBe(refused);
});
