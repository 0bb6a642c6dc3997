import {
  decide,
  type BookingPayment,
  type BookingPaymentStatus,
  type Cause,
} from './booking-payment.ts';

const flight = { from: 'SVO', to: 'LED', date: '2028-02-29', time: '23:59', airline: 'SU' };
const created = {
  type: 'OrderCreated',
  orderId: 'o',
  userId: 'u',
  amountMinor: 100n,
  flight,
} as const;
const rejected = { type: 'TicketRejected', orderId: 'o', reason: 'sold-out' } as const;
const refund = (outcome: 'REFUNDED' | 'CANCELLED') =>
  ({ type: 'RefundRequested', orderId: 'o', reason: 'why', outcome }) as const;
const [early, now] = [new Date(1_000), new Date(5_000)];
const noRules = { limitMinor: 0n, blockedUsers: new Set<string>() };
const decideBy = (payment: BookingPayment | undefined, cause: Cause, rules = noRules) =>
  decide(payment, cause, { rules, now, newPaymentId: () => 'p' });

const none = { orderId: 'o', paymentId: null, userId: null, amountMinor: null, reason: null };
const paymentWith = (status: BookingPaymentStatus, eventCount = 1n): BookingPayment => ({
  ...none,
  ...{ userId: 'u', amountMinor: 100n, status, eventCount, createdAt: early, updatedAt: early },
  ...(status === 'REFUSED' ? { reason: 'user-blocked' } : { paymentId: 'p' }),
});
const all: BookingPaymentStatus[] = ['AUTHORIZED', 'REFUSED', 'VOIDED', 'REFUNDED'];

test('a new order is authorized', () => {
  expect(decideBy(undefined, created)).toEqual({
    payment: { ...paymentWith('AUTHORIZED'), createdAt: now, updatedAt: now },
    announcement: {
      type: 'PaymentAuthorized',
      payload: { ...flight, userId: 'u', amountMinor: 100n, paymentId: 'p' },
    },
  });
});

test.each<[string, Partial<typeof noRules>]>([
  ['amount-over-limit', { limitMinor: 99n }],
  ['user-blocked', { blockedUsers: new Set(['u']) }],
])('a new order is refused: %s', (reason, rules) => {
  expect(decideBy(undefined, created, { ...noRules, ...rules })).toMatchObject({
    payment: { status: 'REFUSED', reason, paymentId: null, amountMinor: 100n, eventCount: 1n },
    announcement: { type: 'PaymentFailed', payload: { reason } },
  });
});

test('the limit itself is not over the limit, and other users are not blocked', () => {
  const rules = { limitMinor: 100n, blockedUsers: new Set(['v']) };
  expect(decideBy(undefined, created, rules)?.payment.status).toBe('AUTHORIZED');
});

test.each(all)(
  'an OrderCreated that comes again, when the payment is %s, changes nothing',
  (status) => {
    expect(decideBy(paymentWith(status), created)).toBeUndefined();
  },
);

test.each<[string, Cause, BookingPaymentStatus, object]>([
  ['no ticket', rejected, 'VOIDED', { reason: 'sold-out', outcome: 'CANCELLED' }],
  ['a refund', refund('REFUNDED'), 'REFUNDED', { reason: 'why', outcome: 'REFUNDED' }],
  ['a time-out', refund('CANCELLED'), 'VOIDED', { reason: 'why', outcome: 'CANCELLED' }],
])('%s reverses an authorized payment', (_, cause, status, words) => {
  const payment = paymentWith('AUTHORIZED');
  expect(decideBy(payment, cause)).toEqual({
    payment: { ...payment, status, eventCount: 2n, updatedAt: now },
    announcement: {
      type: 'PaymentRefunded',
      payload: { paymentId: 'p', amountMinor: 100n, ...words },
    },
  });
});

test.each([undefined, ...all.slice(1)])('no ticket for a payment that is %s: nothing', (status) => {
  expect(decideBy(status && paymentWith(status), rejected)).toBeUndefined();
});

test('a refund that comes first leaves a voided payment, so that none is authorized later', () => {
  const decision = decideBy(undefined, refund('CANCELLED'));
  expect(decision).toEqual({
    payment: { ...none, status: 'VOIDED', eventCount: 1n, createdAt: now, updatedAt: now },
    announcement: { type: 'PaymentRefunded', payload: { reason: 'why', outcome: 'CANCELLED' } },
  });
  expect(decideBy(decision?.payment, created)).toBeUndefined();
});

test('a refund of a refused payment is announced once, and it stays refused', () => {
  const decision = decideBy(paymentWith('REFUSED'), refund('CANCELLED'));
  expect(decision).toMatchObject({
    payment: { status: 'REFUSED', reason: 'user-blocked', eventCount: 2n },
    announcement: { type: 'PaymentRefunded', payload: { reason: 'why', outcome: 'CANCELLED' } },
  });
  expect(decideBy(decision?.payment, refund('CANCELLED'))).toBeUndefined();
});

test.each(['VOIDED', 'REFUNDED'] as const)(
  'a payment that is %s already is not reversed again',
  (status) => {
    expect(decideBy(paymentWith(status, 2n), refund('REFUNDED'))).toBeUndefined();
  },
);
