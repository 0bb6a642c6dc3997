import { topicOf } from '#platform/messaging/topics.ts';
import { compareWithOutbox, type Comparison } from '../../testing/checker/compare.ts';
import { latencyRows, totalEvents, watchNotifiers, type NotifierCounts } from './notifiers.ts';
import { expectedOf, runPickUpPoint, type PvzLife, type PvzOrders } from './pvz-orders.ts';
import type { RunningSystem } from './running-system.ts';
import { formatTable } from './table.ts';

// ids of each run are its own: 1,000 for each millisecond
const newLife = (amount: Omit<PvzLife, 'firstId'>): PvzLife => ({
  ...amount,
  firstId: BigInt(Date.now()) * 1_000n,
});
// not counted, because a process is slower when it does something for the first time
const warmUp = { imported: 4, acceptedSingly: 2 };
const amount = { imported: 30, acceptedSingly: 10 };

/** Takes orders through the pick-up point, and prints what became of them and of their events. */
export const demonstratePvz = async (up: RunningSystem): Promise<boolean> => {
  await runAndWait(up, newLife(warmUp));
  const life = newLife(amount);
  console.log(
    `Taking ${life.imported + life.acceptedSingly} orders through the pick-up point, over gRPC and Connect in turn, no faster than its rate limit …`,
  );
  const { result: orders, seen } = await runAndWait(up, life);
  const ids = Array.from({ length: 100 }, (_, n) => String(life.firstId + BigInt(n)));
  const compared = await compareWithOutbox({
    databaseUrl: up.databaseUrl,
    source: 'pvz',
    brokers: up.brokers,
    topic: topicOf('pvz.v1.OrderEvent'),
    keys: new Set(ids),
    failedMayBePassed: true,
  });
  return report({ life, orders, compared, seen });
};

/** Each step is one event. */
const runAndWait = (up: RunningSystem, life: PvzLife) =>
  watchNotifiers(up.pvzNotifiers, () => runPickUpPoint(up.pvz, life), sumOf);

const sumOf = ({ steps }: Pick<PvzOrders, 'steps'>): number =>
  [...steps.values()].reduce((sum, taken) => sum + taken, 0);

interface Outcome {
  life: PvzLife;
  orders: PvzOrders;
  compared: Comparison;
  seen: NotifierCounts[];
}

const report = ({ life, orders, compared, seen }: Outcome): boolean => {
  const wanted = expectedOf(life);
  const violations =
    compared.violations.length + seen.reduce((sum, { violations: noticed }) => sum + noticed, 0);
  const rows = [
    ['orders at the pick-up point', life.imported + life.acceptedSingly],
    ...[...orders.steps].map(([step, taken]) => [`  ${step}`, taken]),
    ...[...orders.refused].map(([code, times]) => [`  refused: ${code}`, times]),
    ['unexpected answers', orders.errors.length],
    ['calls RATE_LIMITED and sent again', orders.deferred],
    ['events expected', sumOf(wanted)],
    ['events written', compared.expected],
    ['events in Kafka', compared.events],
    ['  of orders', compared.keys],
    ...seen.map((one) => [`  logged by ${one.name}`, totalEvents([one])]),
    ['FAILED', compared.failed],
    ['delivered again', compared.duplicates],
    ['order violations', violations],
    ['lost', compared.lost],
    ...latencyRows(seen),
  ];
  console.log(`\n${formatTable(rows)}\n`);
  const faults = [
    ...orders.errors.slice(0, 5),
    ...compared.violations.slice(0, 5),
    ...differences('took the step', orders.steps, wanted.steps),
    ...differences('were refused with', orders.refused, wanted.refused),
    ...eventFaults(sumOf(wanted), compared, totalEvents(seen)),
  ];
  for (const fault of faults) console.log(`  ! ${fault}`);
  return violations === 0 && faults.length === 0;
};

const differences = (
  what: string,
  found: ReadonlyMap<string, number>,
  wanted: ReadonlyMap<string, number>,
): string[] =>
  [...new Set([...wanted.keys(), ...found.keys()])]
    .filter((key) => found.get(key) !== wanted.get(key))
    .map((key) => `${found.get(key) ?? 0} ${what} ${key}, not ${wanted.get(key) ?? 0}`);

const eventFaults = (expected: number, compared: Comparison, logged: number): string[] => [
  ...(compared.expected === expected ? [] : [`the outbox holds ${compared.expected} events`]),
  ...(compared.events === expected ? [] : [`Kafka holds ${compared.events} of them`]),
  ...(logged < expected ? [`pvz-notifier logged ${logged} of ${expected} events`] : []),
  ...(compared.foreign > 0 ? [`${compared.foreign} events are not in the outbox`] : []),
  ...(compared.lost > 0 ? [`${compared.lost} events are lost`] : []),
  ...(compared.failed > 0 ? [`${compared.failed} events are FAILED`] : []),
];
