import { learn, openOrder, type OrderWithFacts } from './order.ts';
import type { Fact } from './saga.ts';

const now = new Date('2026-12-01T10:00:00Z');
const flight = { from: 'SVO', to: 'LED', date: '2027-05-01', time: '09:30', airline: 'SU' };
const opened = openOrder(
  { orderId: 'o', userId: 'u', flight, amountMinor: 100n, quoteId: undefined },
  'e-0',
  now,
);
const known: Fact[] = [
  { type: 'PaymentAuthorized', occurredAt: now },
  { type: 'TicketIssued', occurredAt: now },
  { type: 'RefundRequested', occurredAt: now, outcome: 'CANCELLED', reason: 'saga-timeout' },
  { type: 'PaymentRefunded', occurredAt: now },
  { type: 'TicketCancelled', occurredAt: now },
];

const isOwn = (fact: Fact): boolean => fact.type === 'RefundRequested';

const learnAll = (facts: readonly Fact[]): OrderWithFacts =>
  facts.reduce<OrderWithFacts>(
    (before, fact, i) =>
      learn(before, { fact: { ...fact, eventId: `e-${i + 1}` }, isOwn: isOwn(fact), now }) ??
      before,
    opened,
  );

const ordersOf = (facts: readonly Fact[]): Fact[][] =>
  facts.length === 0
    ? [[]]
    : facts.flatMap((first) =>
        ordersOf(facts.filter((each) => each !== first)).map((rest) => [first, ...rest]),
      );

test('the same facts make the same order, whichever of them becomes known last', () => {
  const ways = ordersOf(known);
  expect(ways).toHaveLength(120);
  for (const facts of ways)
    expect(learnAll(facts).order).toMatchObject({
      ...{ status: 'CANCELLED', reason: 'saga-timeout', stuckSince: undefined },
      ...{ sequence: 6n, eventCount: 2n },
    });
});

test('what is known already changes nothing', () => {
  const [paid] = known;
  const before = learnAll(known);
  expect(
    learn(before, { fact: { ...paid!, eventId: 'another' }, isOwn: false, now }),
  ).toBeUndefined();
});
