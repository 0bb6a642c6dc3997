import { topicOf } from '#platform/messaging/topics.ts';
import { compareWithOutbox, type Comparison } from '../../testing/checker/compare.ts';
import { latencyRows, totalEvents, watchNotifiers, type NotifierCounts } from './notifiers.ts';
import { placeOrders, type DemoOrders } from './orders.ts';
import type { RunningSystem } from './running-system.ts';
import { formatTable } from './table.ts';

export interface Amount {
  orders: number;
  ordersPerSecond: number;
}

// not counted, because a process is slower when it does something for the first time
const warmUp: Amount = { orders: 20, ordersPerSecond: 100 };

/** Places orders of goods, and prints what the notifiers saw of their events. */
export const demonstrateLoms = async (up: RunningSystem, amount: Amount): Promise<boolean> => {
  await placeAndWait(up, warmUp);
  console.log(
    `Placing ${amount.orders} orders, ${amount.ordersPerSecond} a second, over gRPC and Connect in turn …`,
  );
  const { result: placed, seen } = await placeAndWait(up, amount);
  const expected = expectedEvents(placed);
  const compared = await compareWithOutbox({
    databaseUrl: up.databaseUrl,
    source: 'loms',
    brokers: up.brokers,
    topic: topicOf('loms.v1.OrderStatusChanged'),
    keys: new Set(placed.orderIds),
  });
  return report({ placed, expected, compared, seen });
};

/** Places orders and waits until the notifiers have seen as many events as the orders should cause. */
const placeAndWait = (up: RunningSystem, amount: Amount) =>
  watchNotifiers(
    up.notifiers,
    () =>
      placeOrders({
        ...amount,
        grpcUrl: up.loms.grpcUrl,
        connectUrl: up.loms.httpUrl,
        inFlight: 32,
      }),
    expectedEvents,
  );

/** Each order has two events: `new`, then `awaiting payment` or `failed`. Paying or cancelling it adds one. */
const expectedEvents = ({ orderIds, payed, cancelled }: DemoOrders): number =>
  2 * orderIds.length + payed + cancelled;

interface Outcome {
  placed: DemoOrders;
  expected: number;
  compared: Comparison;
  seen: NotifierCounts[];
}

const report = ({ placed, expected, compared, seen }: Outcome): boolean => {
  const violations =
    compared.violations.length + seen.reduce((sum, { violations: count }) => sum + count, 0);
  const lost = Math.max(expected - compared.events, 0) + compared.lost;
  const perNotifier = seen.flatMap(({ name, events }) => {
    const partitions = [...events].filter(([, count]) => count > 0);
    if (partitions.length === 0) return [[`  seen by ${name}`, 'stands by']];
    return partitions.map(([partition, count]) => [
      `  seen by ${name}, partition ${partition}`,
      count,
    ]);
  });
  const rows = [
    ['orders', placed.orderIds.length],
    ['  payed', placed.payed],
    ['  cancelled', placed.cancelled],
    ['  left unpaid', placed.created - placed.payed - placed.cancelled],
    ['  refused: out of stock', placed.outOfStock],
    ['unexpected answers', placed.errors.length],
    ['events expected', expected],
    ['events in Kafka', compared.events],
    ...perNotifier,
    ['delivered again', compared.duplicates],
    ['order violations', violations],
    ['lost', lost],
    ...latencyRows(seen),
  ];
  console.log(`\n${formatTable(rows)}\n`);
  const faults = [
    ...placed.errors.slice(0, 5),
    ...compared.violations.slice(0, 5),
    ...(totalEvents(seen) < expected
      ? [`notifiers saw ${totalEvents(seen)} of ${expected} events`]
      : []),
    ...(compared.foreign > 0 ? [`${compared.foreign} events are not in the outbox`] : []),
    ...(compared.expected === expected ? [] : [`the outbox holds ${compared.expected} events`]),
  ];
  for (const fault of faults) console.log(`  ! ${fault}`);
  return violations === 0 && lost === 0 && faults.length === 0;
};
