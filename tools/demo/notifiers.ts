import { readMetrics } from './metrics.ts';

/** The counts of one notifier since it started. */
export interface NotifierCounts {
  name: string;
  /** The number of events by partition. */
  events: Map<string, number>;
  violations: number;
  /** Cumulative counts by upper bound in seconds, ascending. */
  latency: [le: number, count: number][];
}

/** Reads the metrics of a notifier. */
export const readNotifier = async (name: string, url: string): Promise<NotifierCounts> => {
  const samples = await readMetrics(url);
  const named = (metric: string) => samples.filter((sample) => sample.metric === metric);
  return {
    name,
    events: new Map(
      named('notifier_events_total').map(({ labels, value }) => [labels['partition'] ?? '', value]),
    ),
    violations: named('order_violations_total').reduce((sum, { value }) => sum + value, 0),
    latency: named('notifier_event_latency_seconds_bucket').map(({ labels, value }) => [
      labels['le'] === '+Inf' ? Infinity : Number(labels['le']),
      value,
    ]),
  };
};

/** What one notifier counted between two readings. */
export const subtract = (after: NotifierCounts, before: NotifierCounts): NotifierCounts => ({
  name: after.name,
  events: new Map(
    [...after.events].map(([partition, count]) => [
      partition,
      count - (before.events.get(partition) ?? 0),
    ]),
  ),
  violations: after.violations - before.violations,
  latency: after.latency.map(([le, count], i) => [le, count - (before.latency[i]?.[1] ?? 0)]),
});

/** A percentile in milliseconds over several histograms, interpolated within its bucket. */
export const percentileMs = (histograms: NotifierCounts['latency'][], share: number): number => {
  const bounds = histograms[0]?.map(([le]) => le) ?? [];
  const counts = bounds.map((_, i) => histograms.reduce((sum, one) => sum + (one[i]?.[1] ?? 0), 0));
  const wanted = (counts.at(-1) ?? 0) * share;
  const at = counts.findIndex((count) => count >= wanted);
  const [low, high] = [bounds[at - 1] ?? 0, bounds[at] ?? Infinity];
  const [below, upTo] = [counts[at - 1] ?? 0, counts[at] ?? 0];
  if (high === Infinity || upTo === below) return low * 1_000;
  return (low + ((high - low) * (wanted - below)) / (upTo - below)) * 1_000;
};
