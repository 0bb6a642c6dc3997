import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { runTied } from '../local/run-tied.ts';
import { findPrometheus } from '../../testing/engines/prometheus.ts';

interface Rule {
  alert: string;
  for?: string;
  labels: { severity: string };
}

const rulesFile = join(import.meta.dirname, 'alerts.yaml');
const { groups } = parse(readFileSync(rulesFile, 'utf8')) as {
  groups: { name: string; rules: Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);

/** `_`: the series is not there. */
type Value = number | '_';
/** A sample each ten seconds: `n` counts them within the phase. */
type Samples = Value | ((n: number) => Value);
/** For each series its samples at the edge, where the alert is quiet, and beyond. */
type Series = Readonly<Record<string, readonly [edge: Samples, beyond: Samples]>>;

interface Case {
  series: Series;
  /** The labels of the alert besides its name and severity. */
  labels: Readonly<Record<string, string>>;
  /** Further series that must stay quiet all the time. */
  quiet?: Readonly<Record<string, Samples>>;
  /** How long it fires on after its end, because it looks back, in seconds. */
  looksBack?: number;
  /** How long it has to be true before `for` begins, because it looks back, in seconds. */
  startsAfter?: number;
}

const place = '{group="g",topic="t",partition="0"}';
const group = '{group="g",topic="t"}';

const cases: Readonly<Record<string, Case>> = {
  OutboxEventUnsent: {
    series: { 'outbox_unsent_oldest_seconds{source="loms"}': [60, 61] },
    labels: { source: 'loms' },
  },
  OutboxEventsFailed: {
    series: { 'outbox_failed_events{source="loms"}': [0, 1] },
    labels: { source: 'loms' },
  },
  OutboxPublisherAway: {
    series: { 'outbox_publishers{state="held"}': [1, 0] },
    labels: { state: 'held' },
    quiet: { 'outbox_publishers{state="expired"}': 0 },
  },
  OutboxBucketsUnowned: {
    series: { 'outbox_unowned_buckets{source="loms"}': [0, 1] },
    labels: { source: 'loms' },
    quiet: { 'outbox_publishers{state="held"}': 1 },
  },
  OutboxPublisherIdle: {
    series: { 'outbox_owned_buckets{job="p",instance="i",source="loms"}': [1, 0] },
    labels: { job: 'p', instance: 'i' },
    quiet: { 'outbox_owned_buckets{job="p",instance="i",source="order"}': 0 },
  },
  OutboxLeaseChurn: {
    series: { 'outbox_leases_lost_total{job="p"}': [0, (n) => Math.min(n, 3)] },
    labels: { job: 'p' },
    quiet: { 'outbox_leases_lost_total{job="q"}': (n) => (n > 150 ? 2 : 0) },
    startsAfter: 30,
    looksBack: 600,
  },
  OutboxPartitionUnwritable: {
    series: { 'outbox_unwritable_partition{source="loms",topic="t",partition="0"}': ['_', 1] },
    labels: { source: 'loms', topic: 't', partition: '0' },
  },
  InboxKeysParked: {
    series: {
      'inbox_parked_oldest_seconds{consumer="c",instance="a"}': [300, 301],
      'inbox_parked_oldest_seconds{consumer="c",instance="b"}': [300, 301],
    },
    labels: { consumer: 'c' },
  },
  InboxDeadLetters: {
    series: { 'inbox_open_dead_letters{consumer="c",topic="t"}': [0, 1] },
    labels: { consumer: 'c', topic: 't' },
  },
  ConsumerLagGrowing: {
    series: { [`kafka_group_lag_messages${place}`]: [1_000, (n) => 1_001 + n] },
    labels: { group: 'g', topic: 't' },
    quiet: {
      'kafka_group_lag_messages{group="large",topic="t",partition="0"}': 5_000,
      'kafka_group_lag_messages{group="shrinks",topic="t",partition="0"}': (n) => 5_000 - n,
      'kafka_group_lag_messages{group="small",topic="t",partition="0"}': (n) => n,
    },
  },
  ConsumerLagMissing: {
    series: { [`kafka_group_lag_messages${place}`]: [0, '_'] },
    labels: { group: 'g', topic: 't' },
    quiet: { [`kafka_group_expected${group}`]: 1 },
  },
  ConsumerGroupEmpty: {
    series: { [`kafka_group_members${group}`]: [1, 0] },
    labels: { group: 'g', topic: 't' },
  },
  ConsumerStuck: {
    series: {
      [`kafka_group_lag_messages${place}`]: [0, 1],
      'kafka_group_committed_offset{group="g",topic="t",partition="0"}': [5, 5],
    },
    labels: { group: 'g', topic: 't', partition: '0' },
    quiet: {
      [`kafka_group_members${group}`]: 1,
      // behind, and moving
      'kafka_group_lag_messages{group="g",topic="t",partition="1"}': 9,
      'kafka_group_committed_offset{group="g",topic="t",partition="1"}': (n) => Math.floor(n / 20),
      // nobody is there: another alert
      'kafka_group_lag_messages{group="empty",topic="t",partition="0"}': 9,
      'kafka_group_members{group="empty",topic="t"}': 0,
    },
  },
  KafkaPartitionHeld: {
    series: { [`kafka_partition_held${place}`]: ['_', 1] },
    labels: { group: 'g', topic: 't', partition: '0' },
  },
  OrderViolated: {
    series: { 'order_violations_total{consumer="c",topic="t",reason="jump"}': [0, 1] },
    labels: { consumer: 'c', topic: 't' },
    quiet: { 'order_violations_total{consumer="d",topic="t",reason="jump"}': 1 },
    looksBack: 900,
  },
  SagaStuck: {
    series: { 'saga_stuck_orders{job="booking"}': [0, 1] },
    labels: { job: 'booking' },
  },
  SchemaIncompatible: {
    series: { 'schema_incompatible_changes{topic="t"}': [0, 1] },
    labels: { topic: 't' },
  },
  ServiceAway: {
    series: { 'up{job="loms",instance="i"}': [1, 0] },
    labels: { job: 'loms', instance: 'i' },
  },
  ServiceNotReady: {
    series: { 'service_ready{job="loms",instance="i"}': [1, 0] },
    labels: { job: 'loms', instance: 'i' },
  },
};

const stepSeconds = 10;
// longer than any rule looks back
const edgeSteps = 100;

const secondsOf = (duration = '0s'): number =>
  Number.parseInt(duration, 10) * (duration.endsWith('m') ? 60 : 1);

/** The samples of the phases edge, beyond, edge in promtool's notation. */
const valuesOf = (phases: readonly (readonly [Samples, number])[]): string =>
  phases
    .flatMap(([samples, steps], phase) =>
      Array.from({ length: steps }, (_, n) => {
        const value = typeof samples === 'function' ? samples(n) : samples;
        // so a scrape ends a series that it does not find any more
        return value === '_' && n === 0 && phase > 0 ? 'stale' : value;
      }),
    )
    .join(' ');

const testOf = (alert: string, given: Case) => {
  const { series, labels, quiet = {}, looksBack = 0, startsAfter = 0 } = given;
  const forSeconds = secondsOf(rules.find((rule) => rule.alert === alert)?.for);
  const beyondSteps = (startsAfter + forSeconds) / stepSeconds + 3;
  const whole = edgeSteps + beyondSteps + edgeSteps;
  const begins = edgeSteps * stepSeconds;
  const ends = begins + beyondSteps * stepSeconds;
  const at = (seconds: number, fires: boolean) => ({
    eval_time: `${seconds}s`,
    alertname: alert,
    exp_alerts: fires ? [{ exp_labels: labels }] : [],
  });
  return {
    name: alert,
    interval: `${stepSeconds}s`,
    input_series: [
      ...Object.entries(series).map(([name, [edge, beyond]]) => ({
        series: name,
        values: valuesOf([
          [edge, edgeSteps],
          [beyond, beyondSteps],
          // a counter stays where it is
          [name.includes('_total') ? lastOf(beyond, beyondSteps) : edge, edgeSteps],
        ]),
      })),
      ...Object.entries(quiet).map(([name, samples]) => ({
        series: name,
        values: valuesOf([[samples, whole]]),
      })),
    ],
    alert_rule_test: [
      at(begins - stepSeconds, false),
      ...(forSeconds + startsAfter === 0
        ? []
        : [at(begins + startsAfter + forSeconds - 2 * stepSeconds, false)]),
      at(begins + startsAfter + forSeconds + stepSeconds, true),
      at(ends + looksBack + stepSeconds, false),
    ],
  };
};

const lastOf = (samples: Samples, steps: number): Value =>
  typeof samples === 'function' ? samples(steps - 1) : samples;

test('each alert has a case', () => {
  expect(Object.keys(cases)).toEqual(rules.map(({ alert }) => alert));
});

test('the rules are valid', async () => {
  const said = await runTied(await findPrometheus('promtool'), ['check', 'rules', rulesFile]);
  expect(said).toContain(`SUCCESS: ${rules.length} rules found`);
});

test.each(Object.entries(cases))(
  '%s is quiet at its edge, fires after its time, and clears',
  async (alert, given) => {
    const { severity = '' } = rules.find((rule) => rule.alert === alert)?.labels ?? {};
    const folder = await mkdtemp(join(tmpdir(), 'inorder-test-rules-'));
    const file = join(folder, 'test.yaml');
    const labels = { ...given.labels, severity };
    const tests = [testOf(alert, { ...given, labels })];
    const content = { rule_files: ['alerts.yaml'], evaluation_interval: `${stepSeconds}s`, tests };
    // promtool compares annotations, too, and what these say depends on values; the drill looks at them
    const bare = groups.map((each) => ({ ...each, rules: each.rules.map(withoutTexts) }));
    await writeFile(join(folder, 'alerts.yaml'), stringify({ groups: bare }));
    await writeFile(file, stringify(content));
    const promtool = await findPrometheus('promtool');
    expect(await runTied(promtool, ['test', 'rules', file])).toContain('SUCCESS');
    await rm(folder, { recursive: true });
  },
);

const withoutTexts = (rule: Rule) => ({ ...rule, annotations: {} });
