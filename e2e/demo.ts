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

const demo = async (orders: number): Promise<boolean> => {
  const readAll = () => Promise.all(notifiers.map(({ name, url }) => readNotifier(name, url)));
  const before = await readAll();
  console.log(`Placing ${orders} orders, over gRPC and Connect in turn, 16 calls at a time …`);
  const placed = await placeOrders({
    grpcUrl: `${host}:${settings.LOMS_GRPC_PORT}`,
    connectUrl: loms,
    orders,
    inFlight: 16,
  });
  const expected = expectedEvents(placed);
  const since = async () =>
    (await readAll()).map((after, i) => subtract(after, before[i] ?? after));
  const hasArrived = async () => total(await since()) >= expected;
  await waitFor(hasArrived, { what: 'the events', timeoutMs: arrivalLimitMs }).catch(
    () => undefined,
  );
  const compared = await compareWithOutbox({
    databaseUrl,
    source: 'loms',
    brokers: settings.KAFKA_BROKERS ?? `127.0.0.1:${settings.KAFKA_PORT}`,
    topic: 'loms.order-events',
    keys: new Set(placed.orderIds),
  });
  return report({ placed, expected, compared, seen: await since() });
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
  options: { orders: { type: 'string', default: '400' }, help: { type: 'boolean', short: 'h' } },
});
const orders = Number(values.orders);
if (values.help) {
  console.log('node e2e/demo.ts [--orders N]   N from 1 to 5,000; 400 by default');
} else if (!Number.isInteger(orders) || orders < 1 || orders > 5_000) {
  console.error(`--orders must be a whole number from 1 to 5,000, not ${values.orders}`);
  process.exitCode = 1;
} else {
  const isFine = (await isUp()) && (await demo(orders));
  console.log(isFine ? 'Nothing lost, nothing out of order.' : 'Something is off: see above.');
  process.exitCode = isFine ? 0 : 1;
}
