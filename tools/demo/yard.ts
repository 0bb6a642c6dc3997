import { OrderStatus } from '#gen/order/v1/order_pb.ts';
import { percentile } from '../../bench/outbox/statistics.ts';
import { findRunningKafka } from '../kafka/running-kafka.ts';
import { findFaults } from '../../testing/yard/find-faults.ts';
import { consumers } from '../../testing/yard/observe.ts';
import { allIds, type Outcome } from '../../testing/yard/place-orders.ts';
import { countOf, runYard, type YardOutcome, type YardRun } from '../../testing/yard/run-yard.ts';
import type { Amount } from './loms.ts';
import { countViolations } from './metrics.ts';
import type { RunningSystem } from './running-system.ts';
import { formatTable } from './table.ts';

const outcomes: readonly Outcome[] = [
  ...(['paid at once', 'paid later', 'paid at once', 'cancelled'] as const),
  ...(['paid at once', 'paid later', 'paid at once', 'left unpaid'] as const),
];
// not counted, because a process is slower when it does something for the first time
const warmUp: Amount = { orders: 12, ordersPerSecond: 12 };
// the longest build takes ten seconds
const limitMs = 40_000;

/** Places ship orders, and prints what became of them up to the ship and the messages about it. */
export const demonstrateYard = async (up: RunningSystem, amount: Amount): Promise<boolean> => {
  const kafka = await findRunningKafka(process.env);
  const run = (load: Amount, waitMs: number) => {
    const { databaseUrl, brokers } = up;
    const yard: YardRun = {
      load: { ...up.order, ...load, outcomes },
      inventoryUrl: up.inventory.httpUrl,
      engines: { databaseUrl, brokers, kafka },
      limitMs: waitMs,
    };
    return runYard(yard);
  };
  await run(warmUp, 1);
  console.log(
    `Placing ${amount.orders} ship orders, ${amount.ordersPerSecond} a second, over gRPC, Connect and REST in turn; a ship takes up to 10 s …`,
  );
  const before = await countViolations(up.consumers);
  const outcome = await run(amount, limitMs);
  return report(outcome, (await countViolations(up.consumers)) - before);
};

const report = (outcome: YardOutcome, noticed: number): boolean => {
  const { placed, orders, facts } = outcome;
  const { ids } = placed;
  const { paid, assembled, notified, overheadsMs } = facts;
  const violations = paid.violations.length + assembled.violations.length + noticed;
  const ms = (share: number) => `${percentile(overheadsMs, share).toFixed(0)} ms`;
  const rows = [
    ['ship orders', allIds(placed).length],
    ['  paid at once', ids['paid at once'].length],
    ['  paid later', ids['paid later'].length],
    ['  cancelled', ids.cancelled.length],
    ['  left unpaid', ids['left unpaid'].length],
    ['unexpected answers', placed.errors.length],
    ['OrderPaid in Kafka', paid.events],
    ['ShipAssembled in Kafka', assembled.events],
    ['orders ASSEMBLED', countOf(orders, OrderStatus.ASSEMBLED)],
    ...consumers.map((name) => [`handled by ${name}`, notified.get(name) ?? 0]),
    ['delivered again', paid.duplicates + assembled.duplicates],
    ['order violations', violations],
    ['lost', paid.lost + assembled.lost],
    ['payment → ASSEMBLED without build time, p50', ms(0.5)],
    ['payment → ASSEMBLED without build time, p99', ms(0.99)],
  ];
  console.log(`\n${formatTable(rows)}\n`);
  const faults = findFaults(outcome);
  for (const fault of faults.slice(0, 10)) console.log(`  ! ${fault}`);
  return faults.length === 0 && violations === 0;
};
