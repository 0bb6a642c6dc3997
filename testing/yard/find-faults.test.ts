import { create } from '@bufbuild/protobuf';
import { OrderSchema, OrderStatus } from '#gen/order/v1/order_pb.ts';
import type { Comparison } from '../checker/compare.ts';
import { findFaults } from './find-faults.ts';
import type { YardOutcome } from './run-yard.ts';

const comparison: Comparison = {
  events: 2,
  keys: 2,
  duplicates: 0,
  violations: [],
  expected: 2,
  lost: 0,
  foreign: 0,
  unsent: 0,
  failed: 0,
  discarded: 0,
  deleted: 0,
  unreadable: [],
};
const { ASSEMBLED, CANCELLED, PENDING_PAYMENT } = OrderStatus;
const orders = (...statuses: OrderStatus[]) =>
  statuses.map((status, i) => create(OrderSchema, { orderId: String(i), status }));
const good: YardOutcome = {
  placed: {
    ids: { 'paid at once': ['0'], 'paid later': ['1'], cancelled: ['2'], 'left unpaid': ['3'] },
    errors: [],
    perSecond: 50,
  },
  orders: orders(ASSEMBLED, ASSEMBLED, CANCELLED, PENDING_PAYMENT),
  facts: {
    paid: comparison,
    assembled: comparison,
    overheadsMs: [1, 2],
    notified: new Map([
      ['notification-payment', 2],
      ['notification-assembly', 2],
    ]),
  },
};
const withFacts = (facts: Partial<YardOutcome['facts']>): YardOutcome => ({
  ...good,
  facts: { ...good.facts, ...facts },
});

test('an outcome in which everything fits has no faults', () => {
  expect(findFaults(good)).toEqual([]);
});

const told = (payment: number, assembly: number) =>
  new Map([
    ['notification-payment', payment],
    ['notification-assembly', assembly],
  ]);

test.each<[string, YardOutcome]>([
  ['an answer', { ...good, placed: { ...good.placed, errors: ['no'] } }],
  ['an order that is gone', { ...good, orders: orders(ASSEMBLED, ASSEMBLED, CANCELLED) }],
  [
    'a ship that is not built',
    { ...good, orders: orders(ASSEMBLED, OrderStatus.PAID, CANCELLED, PENDING_PAYMENT) },
  ],
  [
    'an order that was cancelled and built',
    { ...good, orders: orders(ASSEMBLED, ASSEMBLED, ASSEMBLED, PENDING_PAYMENT) },
  ],
  ['a message too few', withFacts({ notified: told(2, 1) })],
  ['a message too many', withFacts({ notified: told(3, 2) })],
  ['a lost event', withFacts({ paid: { ...comparison, lost: 1 } })],
  ['an event that nobody wrote', withFacts({ assembled: { ...comparison, foreign: 1 } })],
  ['an event too many', withFacts({ assembled: { ...comparison, events: 3, expected: 3 } })],
  ['an event out of order', withFacts({ paid: { ...comparison, violations: ['2 after 3'] } })],
  ['a time that could not be taken', withFacts({ overheadsMs: [1] })],
])('%s is a fault', (_, outcome) => {
  expect(findFaults(outcome)).not.toEqual([]);
});
