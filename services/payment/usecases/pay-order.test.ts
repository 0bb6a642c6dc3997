import type { Charge, Charged, Payment } from '../domain/payment.ts';
import { payOrder } from './pay-order.ts';

const charge: Charge = { orderId: 'o', userId: 'u', amountMinor: 100n, method: 'CARD' };

const start = (answer: (charged: Charged) => Payment) => {
  const saved: [Charged, Date][] = [];
  const pay = payOrder({
    now: () => new Date(0),
    newTransactionId: () => 'new',
    saveCharged: (charged, moment) => {
      saved.push([charged, moment]);
      return Promise.resolve(answer(charged));
    },
  });
  return { pay, saved };
};

test('a charge is kept with a new transaction', async () => {
  const { pay, saved } = start((charged) => charged);
  expect(await pay(charge)).toBe('new');
  expect(saved).toEqual([[{ ...charge, status: 'CHARGED', transactionId: 'new' }, new Date(0)]]);
});

test('an order that was charged before keeps its transaction', async () => {
  const { pay } = start((charged) => ({ ...charged, transactionId: 'first' }));
  expect(await pay(charge)).toBe('first');
});

test('an order whose payment was voided before it came is refused', async () => {
  const { pay } = start(({ orderId }) => ({ status: 'VOIDED', orderId }));
  await expect(pay(charge)).rejects.toMatchObject({ reason: 'payment-voided' });
});
