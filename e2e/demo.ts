// `make demo`: orders into the running system, and a table of what became of their events.
import { parseArgs } from 'node:util';
import { loadSettings } from '../deploy/local/settings.ts';
import { waitFor } from '../platform/testing/wait-for.ts';
import { compareWithOutbox, type Comparison } from './checker/compare.ts';
import { percentileMs, readNotifier, subtract, type NotifierCounts } from './demo/notifiers.ts';
import { placeOrders, type DemoOrders } from './demo/orders.ts';
import { formatTable } from './demo/table.ts';

const settings = loadSettings(process.env);
const host = 'http://127.0.0.1';
const loms = `${host}:${settings.LOMS_HTTP_PORT}`;
const notifiers = [
  settings.NOTIFIER_1_HTTP_PORT,
  settings.NOTIFIER_2_HTTP_PORT,
  settings.NOTIFIER_3_HTTP_PORT,
].map((port, i) => ({ name: `notifier-${i + 1}`, url: `${host}:${port}` }));
const databaseUrl =
  settings.DATABASE_URL ??
  `postgres://postgres:postgres@127.0.0.1:${settings.POSTGRES_PORT}/inorder`;
const arrivalLimitMs = 30_000;

interface Amount {
  orders: number;
  ordersPerSecond: number;
}

// not counted: what a process does for the first time takes it longer
const warmUp: Amount = { orders: 20, ordersPerSecond: 100 };

const demo = async (amount: Amount): Promise<boolean> => {
  await placeAndWait(warmUp);
  console.log(
    `Placing ${amount.orders} orders, ${amount.ordersPerSecond} a second, over gRPC and Connect in turn …`,
  );
  const { placed, expected, seen } = await placeAndWait(amount);
  const compared = await compareWithOutbox({
    databaseUrl,
    source: 'loms',
    brokers: settings.KAFKA_BROKERS ?? `127.0.0.1:${settings.KAFKA_PORT}`,
    topic: 'loms.order-events',
    keys: new Set(placed.orderIds),
  });
  return report({ placed, expected, compared, seen });
};

const readNotifiers = () => Promise.all(notifiers.map(({ name, url }) => readNotifier(name, url)));

/** Places orders and waits until the notifiers have seen as many events as they should cause. */
const placeAndWait = async (amount: Amount) => {
  const before = await readNotifiers();
  const placed = await placeOrders({
    ...amount,
    grpcUrl: `${host}:${settings.LOMS_GRPC_PORT}`,
    connectUrl: loms,
    inFlight: 32,
  });
  const expected = expectedEvents(placed);
  const since = async () =>
    (await readNotifiers()).map((after, i) => subtract(after, before[i] ?? after));
  const haveArrived = async () => total(await since()) >= expected;
  // what did not arrive in time shows in the table
  await waitFor(haveArrived, { what: 'the events', timeoutMs: arrivalLimitMs }).catch(
    () => undefined,
  );
  return { placed, expected, seen: await since() };
};

/** new + awaiting payment or failed, and one more for what was payed or cancelled. */
const expectedEvents = ({ orderIds, payed, cancelled }: DemoOrders): number =>
  2 * orderIds.length + payed + cancelled;

const total = (seen: NotifierCounts[]): number =>
  seen.flatMap(({ events }) => [...events.values()]).reduce((sum, count) => sum + count, 0);

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
  const latency = seen.map((one) => one.latency);
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
    ['  refused: out of stock', placed.outOfStock],
    ['unexpected answers', placed.errors.length],
    ['events expected', expected],
    ['events in Kafka', compared.events],
    ...perNotifier,
    ['delivered again', compared.duplicates],
    ['order violations', violations],
    ['lost', lost],
    ['commit → notifier, p50', `${percentileMs(latency, 0.5).toFixed(1)} ms`],
    ['commit → notifier, p99', `${percentileMs(latency, 0.99).toFixed(1)} ms`],
  ];
  console.log(`\n${formatTable(rows)}\n`);
  const faults = [
    ...placed.errors.slice(0, 5),
    ...compared.violations.slice(0, 5),
    ...(total(seen) < expected ? [`notifiers saw ${total(seen)} of ${expected} events`] : []),
    ...(compared.foreign > 0 ? [`${compared.foreign} events are not in the outbox`] : []),
    ...(compared.expected === expected ? [] : [`the outbox holds ${compared.expected} events`]),
  ];
  for (const fault of faults) console.log(`  ! ${fault}`);
  return violations === 0 && lost === 0 && faults.length === 0;
};

const isUp = async (): Promise<boolean> => {
  const asked = [{ name: 'loms', url: loms }, ...notifiers];
  const answers = await Promise.all(
    asked.map(({ url }) =>
      fetch(`${url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      ),
    ),
  );
  const silent = asked.filter((_, i) => !answers[i]);
  for (const { name, url } of silent) console.error(`${name} is not ready at ${url}.`);
  if (silent.length > 0) console.error('Start the system first: make up');
  return silent.length === 0;
};

const { values } = parseArgs({
  options: {
    orders: { type: 'string', default: '400' },
    rate: { type: 'string', default: '100' },
    help: { type: 'boolean', short: 'h' },
  },
});
const orders = Number(values.orders);
const ordersPerSecond = Number(values.rate);
const isAmount = (value: number, most: number) =>
  Number.isInteger(value) && value >= 1 && value <= most;
if (values.help) {
  console.log('node e2e/demo.ts [--orders N] [--rate R]');
  console.log('  N orders, from 1 to 5,000 (400); R of them a second, from 1 to 1,000 (100)');
} else if (!isAmount(orders, 5_000) || !isAmount(ordersPerSecond, 1_000)) {
  console.error('--orders must be a whole number from 1 to 5,000, --rate one from 1 to 1,000.');
  process.exitCode = 1;
} else {
  const isFine = (await isUp()) && (await demo({ orders, ordersPerSecond }));
  console.log(isFine ? 'Nothing lost, nothing out of order.' : 'Something is off: see above.');
  process.exitCode = isFine ? 0 : 1;
}
