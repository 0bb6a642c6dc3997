import { Counter, Gauge, type Registry } from 'prom-client';
import type { Clock } from '#platform/base/clock.ts';
import { reasonOf } from '#platform/base/errors.ts';
import { createTracedHistogram } from '#platform/base/traced-histogram.ts';
import { recordedTraceId } from '#platform/base/tracing/span.ts';
import type { SentRow } from './domain/row.ts';
import type { Backlog } from './store/backlog.ts';

/** The metrics of the publisher. */
export interface PublisherMetrics {
  /** Begins the series of a source at zero, so that the first increase and a publisher without buckets are seen. */
  showSource(source: string): void;
  readonly countLeaseLost: () => void;
  countSent(source: string, sent: readonly SentRow[]): void;
  countRetry(source: string, error: unknown): void;
  readonly refused: Counter<'source' | 'topic' | 'reason'>;
  /** 1 when the partition could not be written the last time. */
  readonly unwritable: Gauge<'source' | 'topic' | 'partition'>;
  readonly partitionsDropped: Counter<'source'>;
  /** Replaces the gauges of a source: backlog, blocked keys, owned buckets. */
  readonly observeState: (source: string, state: SourceState) => void;
}

export interface SourceState {
  backlog: readonly Backlog[];
  blockedKeys: number;
  ownedBuckets: number;
}

const delayBucketsSeconds = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30, 300];

/** `now` must be the clock from which the times of events are taken. */
export const createPublisherMetrics = (registry: Registry, now: Clock): PublisherMetrics => {
  const counter = createCounters(registry);
  const published = counter('outbox_published_total', 'Events acknowledged by the broker.', [
    'source',
    'topic',
  ]);
  const retries = counter('outbox_retries_total', 'Passes that failed and were begun again.', [
    'source',
    'reason',
  ]);
  const observeDelays = createDelays(registry, now);
  // the names of the booking contract's dashboard
  const workerPublished = counter(
    'worker_outbox_events_published_total',
    'Events acknowledged by the broker, as outbox_published_total.',
    ['source'],
  );
  const workerErrors = counter(
    'worker_outbox_publish_errors_total',
    'Sends and statements that failed and are tried again, also those that OUTBOX_CHAOS makes fail.',
    ['source'],
  );
  const leasesLost = counter(
    'outbox_leases_lost_total',
    'Leases that ended before the publisher stopped: not renewed in time, ended by another, or given up in doubt.',
    [],
  );
  const observeState = createStateGauges(registry);
  return {
    showSource: (source) => {
      workerPublished.inc({ source }, 0);
      workerErrors.inc({ source }, 0);
      observeState(source, { backlog: [], blockedKeys: 0, ownedBuckets: 0 });
    },
    countLeaseLost: () => leasesLost.inc(),
    countSent: (source, sent) => {
      for (const [topic, count] of countByTopic(sent)) published.inc({ source, topic }, count);
      workerPublished.inc({ source }, sent.length);
      observeDelays(source, sent);
    },
    countRetry: (source, error) => {
      retries.inc({ source, reason: reasonOf(error) ?? 'bug' });
      workerErrors.inc({ source });
    },
    refused: counter('outbox_refused_total', 'Attempts that the broker refused.', [
      'source',
      'topic',
      'reason',
    ]),
    partitionsDropped: counter(
      'outbox_partitions_dropped_total',
      'Days of the outbox that were dropped after retention.',
      ['source'],
    ),
    unwritable: createUnwritable(registry),
    observeState,
  };
};

const createCounters =
  (registry: Registry) =>
  <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter<L>({ name, help, labelNames, registers: [registry] });

const createDelays = (registry: Registry, now: Clock) => {
  const config = {
    name: 'outbox_publish_delay_seconds',
    help: 'From the time of the event to its acknowledgement.',
    labelNames: ['source'],
    buckets: delayBucketsSeconds,
  };
  const { observe } = createTracedHistogram(config, registry);
  return (source: string, sent: readonly SentRow[]): void => {
    const nowMs = now().getTime();
    const labels = { source };
    for (const { row } of sent) {
      const traceId = recordedTraceId(row.headers['traceparent']);
      observe(labels, (nowMs - row.createdAtMs) / 1_000, traceId);
    }
  };
};

const createUnwritable = (registry: Registry): PublisherMetrics['unwritable'] =>
  new Gauge({
    name: 'outbox_unwritable_partition',
    help: 'A partition that could not be written the last time; its events wait.',
    labelNames: ['source', 'topic', 'partition'],
    registers: [registry],
  });

const createStateGauges = (registry: Registry): PublisherMetrics['observeState'] => {
  const gauge = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Gauge<L>({ name, help, labelNames, registers: [registry] });
  const rows = gauge(
    'outbox_backlog_rows',
    'Unsent rows in owned buckets; from 10,000 on at least so many.',
    ['source', 'topic'],
  );
  const age = gauge('outbox_oldest_age_seconds', 'Age of the oldest unsent row.', [
    'source',
    'topic',
  ]);
  const blocked = gauge('outbox_blocked_keys', 'Keys behind a FAILED event.', ['source']);
  const owned = gauge('outbox_owned_buckets', 'Buckets that this publisher owns.', ['source']);
  const known = new Set<string>();
  return (source, { backlog, blockedKeys, ownedBuckets }) => {
    // a topic without a backlog is not in the list; its gauges are set to zero
    for (const topic of known) rows.set({ source, topic }, 0);
    for (const topic of known) age.set({ source, topic }, 0);
    for (const { topic, rows: count, oldestAgeSeconds } of backlog) {
      known.add(topic);
      rows.set({ source, topic }, count);
      age.set({ source, topic }, oldestAgeSeconds);
    }
    blocked.set({ source }, blockedKeys);
    owned.set({ source }, ownedBuckets);
  };
};

const countByTopic = (sent: readonly SentRow[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const { row } of sent) counts.set(row.topic, (counts.get(row.topic) ?? 0) + 1);
  return counts;
};
