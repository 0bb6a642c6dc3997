import { Counter, Gauge, type Registry } from 'prom-client';
import { createTracedHistogram, type ObserveTraced } from '#platform/base/traced-histogram.ts';

export interface NotifierMetrics {
  events: Counter<'topic' | 'partition'>;
  duplicates: Counter<'topic'>;
  violations: Counter<'consumer' | 'topic' | 'reason'>;
  gaps: Counter<'consumer' | 'topic' | 'reason'>;
  poison: Counter<'topic'>;
  assignedPartitions: Gauge;
  observeLatency: ObserveTraced;
}

// fine-grained where publishing is healthy, and around the takeover of a publisher (5 to 7 s)
const latencyBucketsSeconds = [
  0.002, 0.003, 0.004, 0.005, 0.0065, 0.008, 0.01, 0.0125, 0.015, 0.02, 0.025, 0.035, 0.05, 0.075,
  0.1, 0.25, 0.5, 1, 2, 3, 4, 5, 6, 7, 8, 10, 15, 30, 60, 300,
];

/** The metrics of a notifier that consumes this topic. */
export const createNotifierMetrics = (
  registry: Registry,
  consumed: { consumer: string; topic: string },
): NotifierMetrics => {
  const registers = [registry];
  const violations = new Counter({
    name: 'order_violations_total',
    help: 'Events out of their order, by reason: jump, late.',
    labelNames: ['consumer', 'topic', 'reason'],
    registers,
  });
  // A series that begins with its first violation would show no increase.
  for (const reason of ['jump', 'late']) violations.inc({ ...consumed, reason }, 0);
  const perTopic = (name: string, help: string) =>
    new Counter({ name, help, labelNames: ['topic'] as const, registers });
  return {
    events: new Counter({
      name: 'notifier_events_total',
      help: 'Events logged, each as often as it came.',
      labelNames: ['topic', 'partition'],
      registers,
    }),
    duplicates: perTopic('notifier_duplicates_total', 'Events that had been seen before.'),
    violations,
    gaps: new Counter({
      name: 'order_gaps_total',
      help: 'Events before which others of their key are missing, by reason: discarded, policy, unknown.',
      labelNames: ['consumer', 'topic', 'reason'],
      registers,
    }),
    poison: perTopic('notifier_poison_total', 'Messages that could not be read.'),
    assignedPartitions: new Gauge({
      name: 'notifier_assigned_partitions',
      help: 'Partitions assigned; 0 means standing by or out of the group.',
      registers,
    }),
    observeLatency: createTracedHistogram(
      {
        name: 'notifier_event_latency_seconds',
        help: 'From the time of the event (ce_time) to its line.',
        buckets: latencyBucketsSeconds,
      },
      registry,
    ).observe,
  };
};
