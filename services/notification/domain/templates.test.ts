import { assembledMessage, greeting, paidMessage } from './templates.ts';

const order = {
  orderId: 'o-1',
  userId: 'u-1',
  amountMinor: 123_450n,
  paymentMethod: 'CARD',
  transactionId: 't-1',
  paidAt: new Date('2026-01-02T03:04:05.678Z'),
};

test('of a paid order the message says who paid how much, how and when', () => {
  expect(paidMessage(order)).toEqual({
    orderId: 'o-1',
    type: 'paid',
    text: [
      '💳 Order paid',
      'Order: o-1',
      'User: u-1',
      'Amount: 1234.50 ₽',
      'Method: CARD',
      'Transaction: t-1',
      'Time: 2026-01-02T03:04:05.678Z',
    ].join('\n'),
  });
});

test.each([
  [1n, '0.01'],
  [10n, '0.10'],
  [100n, '1.00'],
  [9_007_199_254_740_991n, '90071992547409.91'],
])('%d kopecks are %s', (amountMinor, rubles) => {
  expect(paidMessage({ ...order, amountMinor }).text).toContain(`Amount: ${rubles} ₽\n`);
});

test('of an assembled ship the message says whose it is and how long it took', () => {
  expect(assembledMessage({ orderId: 'o-1', userId: 'u-1', buildTimeSec: 7n })).toEqual({
    orderId: 'o-1',
    type: 'assembled',
    text: '🚀 Ship assembled\nOrder: o-1\nUser: u-1\nBuild time: 7 s',
  });
});

test('the greeting shows the chat id', () => {
  expect(greeting(-100_200)).toMatch(/: -100200$/);
});
