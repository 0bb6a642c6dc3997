import { transactionFor, type Charge } from './payment.ts';

const charge: Charge = { orderId: 'o', userId: 'u', amountMinor: 100n, method: 'CARD' };
const charged = { ...charge, status: 'CHARGED', transactionId: 't' } as const;

test('the same charge has the same transaction', () => {
  expect(transactionFor(charged, { ...charge })).toBe('t');
});

test.each<Partial<Charge>>([{ userId: 'v' }, { amountMinor: 101n }, { method: 'SBP' }])(
  'a charge that differs by %j is refused',
  (difference) => {
    expect(() => transactionFor(charged, { ...charge, ...difference })).toThrow(
      expect.objectContaining({ kind: 'precondition', reason: 'payment-differs' }),
    );
  },
);

test('what was voided is not charged any more', () => {
  expect(() => transactionFor({ status: 'VOIDED', orderId: 'o' }, charge)).toThrow(
    expect.objectContaining({
      kind: 'precondition',
      reason: 'payment-voided',
      metadata: { order_id: 'o' },
    }),
  );
});
