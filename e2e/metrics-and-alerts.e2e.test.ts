import { spawnSync } from 'node:child_process';
import { dashboards } from '../deploy/grafana/grafana-files.ts';
import { portOf } from '../deploy/local/settings.ts';
import { topologyOf } from '../deploy/local/topology.ts';
import { createLocalSystem, type LocalSystem } from '../testing/engines/local-system.ts';
import { findPrometheus } from '../testing/engines/prometheus.ts';
import { startProcess } from '../testing/engines/process.ts';
import { waitFor } from '../testing/wait-for.ts';
import {
  handlerFails,
  inboxLocked,
  poisonSent,
  sagaHeldUp,
} from '../tools/alerts-drill/consumer-faults.ts';
import { createGoodsOrder, orderTicket, type Fault } from '../tools/alerts-drill/fault.ts';
import { playFault } from '../tools/alerts-drill/play-fault.ts';
import {
  eventRefused,
  publisherFrozen,
  topicDeleted,
} from '../tools/alerts-drill/publisher-faults.ts';
import { openRig, type Rig } from '../tools/alerts-drill/rig.ts';
import { roleLockedOut } from '../tools/alerts-drill/service-faults.ts';
import { readMetrics, type Sample } from '../tools/demo/metrics.ts';

// Whoever adds a label decides here that the number of its values does not grow with the traffic.
const labelNames = new Set(
  `cache check client code consumer group kind le outcome partition pool protocol quantile reason request result rpc
   source space state topic type version major minor patch`.split(/\s+/),
);
// Histograms of RPCs have a series for each bucket, RPC, protocol and code.
const mostSeries = (metric: string): number => (metric.startsWith('rpc_') ? 1_500 : 400);

let system: LocalSystem;
let rig: Rig;
const scraped = new Map<string, Sample[]>();
const urls = () =>
  topologyOf(system.settings).flatMap((part): [string, string][] =>
    part.kind === 'service'
      ? [[part.name, `http://127.0.0.1:${portOf(system.settings, part.httpPort)}`]]
      : [],
  );

beforeAll(async () => {
  system = await createLocalSystem({ OUTBOX_CHAOS: '0.2' });
  expect(await system.run('up', '-d')).toMatchObject({ code: 0 });
  rig = await openRig(system);
  const calls = startProcess({ name: 'test-api', entry: 'tools/test-api.ts', env: system.env });
  expect([(await calls.exit).code, calls.lines.at(-1)]).toEqual([0, expect.anything()]);
  for (const [name, url] of urls()) scraped.set(name, await readMetrics(url));
});
afterAll(async () => {
  await rig.close();
  await system.close();
});

test('no label carries an id, and no metric has series without bound', () => {
  expect(scraped.size).toBeGreaterThan(10);
  for (const [name, samples] of scraped) {
    expect(samples.length).toBeGreaterThan(50);
    const strange = samples.flatMap(({ labels }) =>
      Object.entries(labels).filter(
        ([label, value]) => !labelNames.has(label) || /[0-9a-f]{8}-|\d{5,}/.test(value),
      ),
    );
    expect([name, strange]).toEqual([name, []]);
    const counts = Map.groupBy(samples, ({ metric }) => metric);
    const tooMany = [...counts].filter(([metric, { length }]) => length > mostSeries(metric));
    expect([name, tooMany.map(([metric]) => metric)]).toEqual([name, []]);
  }
});

test('each process measures itself, its pool, its Kafka client and its readiness', () => {
  const everywhere = ['process_cpu_seconds_total', 'nodejs_eventloop_lag_seconds', 'service_ready'];
  const ofPools = ['database_pool_connections', 'database_pool_waiting'];
  const ofKafka = ['kafka_client_request_seconds_count', 'kafka_client_connects_total'];
  const withPool = (name: string) => !name.includes('notifier');
  const withKafka = (name: string) => !['inventory', 'loms', 'pvz'].includes(name);
  for (const [name, samples] of scraped) {
    const names = samples.map(({ metric }) => metric);
    expect([name, names]).toEqual([name, expect.arrayContaining(everywhere)]);
    if (withPool(name)) expect([name, names]).toEqual([name, expect.arrayContaining(ofPools)]);
    if (withKafka(name)) expect([name, names]).toEqual([name, expect.arrayContaining(ofKafka)]);
  }
});

test.each([
  ['outbox-publisher', 'worker_outbox_events_published_total'],
  ['outbox-publisher', 'worker_outbox_publish_errors_total'],
  ['booking', 'consumer_orders_processed_total'],
  ['booking', 'consumer_processing_duration_seconds_count'],
  ['payment', 'payment_service_events_processed_total'],
  ['ticket', 'ticket_service_events_processed_total'],
  ['ops', 'kafka_group_lag_messages'],
  ['ops', 'kafka_group_members'],
  ['ops', 'outbox_unowned_buckets'],
])('%s has %s', async (name, metric) => {
  const url = urls().find(([each]) => each === name)?.[1] ?? '';
  // events of the calls may still be under way, and ops looks at Kafka now and then
  const hasIt = async () => (await readMetrics(url)).some((sample) => sample.metric === metric);
  await waitFor(hasIt, { what: `${name} to have ${metric}` });
});

test('what /metrics prints passes promtool, and every metric says what it is', async () => {
  const promtool = await findPrometheus('promtool');
  for (const [name, url] of urls()) {
    const input = await (await fetch(`${url}/metrics`)).text();
    const { stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], {
      input,
      encoding: 'utf8',
    });
    // names that prom-client, or the contract of bookings, gives
    const complaints = `${stdout}${stderr}`
      .split('\n')
      .filter((line) => line !== '' && !/^nodejs_|^process_/.test(line));
    expect([name, complaints]).toEqual([name, []]);
  }
});

/** Orders goods and looks at a booking, over and over, whatever becomes of it. */
const startLoad = async () => {
  const orderId = await orderTicket(rig);
  const look = (rpc: string) =>
    rig.post('BOOKING_HTTP_PORT', `/booking.v1.BookingService/${rpc}`, { orderId });
  const calls = () =>
    Promise.allSettled([createGoodsOrder(rig), look('GetOrder'), look('GetWorkflow')]);
  const timer = setInterval(() => void calls(), 500);
  return () => clearInterval(timer);
};

const playAfterEachOther = async (faults: readonly Fault[]) => {
  const said = [];
  for (const fault of faults) said.push(...(await playFault(rig, fault)));
  return said;
};

test('real faults make alerts fire, and their ends clear them', async () => {
  // it is started again
  rig.signal('notifier-1', 'SIGKILL');
  const endLoad = await startLoad();
  try {
    const together = [
      [eventRefused],
      [topicDeleted],
      // the lock would keep dead letters from being discarded
      [poisonSent, inboxLocked],
      [roleLockedOut],
      [sagaHeldUp, handlerFails],
    ];
    const said = (await Promise.all(together.map(playAfterEachOther))).flat();
    said.push(...(await playAfterEachOther([publisherFrozen])));
    expect(said.map(({ alert }) => alert)).toEqual([
      'OutboxEventsFailed',
      'OutboxPartitionUnwritable',
      'InboxDeadLetters',
      'ConsumerStuck',
      'KafkaPartitionHeld',
      'ServiceNotReady',
      'SagaStuck',
      'ConsumerGroupEmpty',
      'InboxKeysParked',
      'OutboxPublisherAway',
      'OutboxEventUnsent',
      'ServiceAway',
    ]);
    for (const { summary } of said) expect(summary).not.toMatch(/<no value>|\{\{/);
  } finally {
    endLoad();
  }
});

// What these faults do not raise, or not always: it must be there, and may be zero.
const mayBeZero = new Set([
  'Consumers: Events out of their order, in 15 minutes',
  'RPC: Circuit breakers',
  'Sagas: How long the oldest timer has been due',
  'Sagas: Timers that failed',
  'Engines: Failures of Kafka clients',
  'Engines: Who waits for a connection',
  'Engines: Caches without Redis',
]);

test('under that load and these faults every query of every dashboard had something to show', async () => {
  const queries = dashboards.flatMap(({ title, rows }) =>
    rows.flatMap(({ panels }) =>
      panels.flatMap((panel) =>
        panel.queries.map(({ expr }) => ({ panel: `${title}: ${panel.title}`, expr })),
      ),
    ),
  );
  expect(queries.length).toBeGreaterThan(60);
  const empty: string[] = [];
  for (const { panel, expr } of queries) {
    const lines = await rig.linesOf(
      // a busy machine may not be scraped twice in a few seconds
      expr.replaceAll('$__rate_interval', '60s').replaceAll('$job', '.*'),
    );
    const isShown = mayBeZero.has(panel) || lines.flat().some((value) => value > 0);
    if (lines.length === 0 || !isShown) empty.push(`${panel}: ${expr}`);
  }
  expect(empty).toEqual([]);
});
