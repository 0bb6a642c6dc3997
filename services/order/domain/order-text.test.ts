import { openOrder, pay } from './order.ts';
import { decodeOrder, encodeOrder } from './order-text.ts';

test('an order comes back as it was, paid or not', () => {
  const items = [{ partId: 'a', quantity: 2 }];
  const facts = { orderId: 'o', userId: 'u', items, totalMinor: 2n ** 53n };
  const { order } = openOrder(facts, new Date('2026-05-06T07:08:09.123Z'));
  const paid = pay(order, { method: 'SBP', transactionId: 't' }, new Date(1)).order;
  for (const each of [order, paid]) expect(decodeOrder(encodeOrder(each))).toEqual(each);
});
