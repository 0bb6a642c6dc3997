import { OrderStatus } from '#gen/order/v1/order_pb.ts';
import { consumers } from './observe.ts';
import { allIds, paidIds } from './place-orders.ts';
import { countOf, type YardOutcome } from './run-yard.ts';

/**
 * Describes everything that is not as it should be: a wrong count, or an event that was lost, delivered twice or out
 * of order.
 */
export const findFaults = ({ placed, orders, facts }: YardOutcome): string[] => {
  const paid = paidIds(placed).length;
  const counts: [what: string, found: number, expected: number][] = [
    ['orders', orders.length, allIds(placed).length],
    ['orders ASSEMBLED', countOf(orders, OrderStatus.ASSEMBLED), paid],
    ['orders CANCELLED', countOf(orders, OrderStatus.CANCELLED), placed.ids.cancelled.length],
    [
      'orders PENDING_PAYMENT',
      countOf(orders, OrderStatus.PENDING_PAYMENT),
      placed.ids['left unpaid'].length,
    ],
    ['orders with a time from payment to ASSEMBLED', facts.overheadsMs.length, paid],
    ...consumers.map((name): [string, number, number] => [
      `events that ${name} has told of`,
      facts.notified.get(name) ?? 0,
      paid,
    ]),
  ];
  for (const name of ['paid', 'assembled'] as const) {
    const { events, expected, lost, foreign } = facts[name];
    counts.push([`${name}: events in Kafka`, events, paid]);
    counts.push([`${name}: rows in the outbox`, expected, paid]);
    counts.push([`${name}: lost`, lost, 0], [`${name}: not from the outbox`, foreign, 0]);
  }
  const off = counts.filter(([, found, expected]) => found !== expected);
  return [
    ...placed.errors,
    ...off.map(([what, found, expected]) => `${what}: ${found}, not ${expected}`),
    ...facts.paid.violations,
    ...facts.assembled.violations,
  ];
};
