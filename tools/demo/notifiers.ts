import { waitFor } from '../../testing/wait-for.ts';
import { readMetrics } from './metrics.ts';
import type { Named } from './running-system.ts';

const arrivalLimitMs = 30_000;

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
const readNotifier = async ({ name, url }: Named): Promise<NotifierCounts> => {
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
const subtract = (after: NotifierCounts, before: NotifierCounts): NotifierCounts => ({
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

/** Returns a function that reads what notifiers have counted since now. */
const followNotifiers = async (notifiers: readonly Named[]) => {
  const read = () => Promise.all(notifiers.map(readNotifier));
  const before = await read();
  return async () => (await read()).map((after, i) => subtract(after, before[i] ?? after));
};

/** The number of events that notifiers have seen. */
export const totalEvents = (seen: readonly NotifierCounts[]): number =>
  seen.flatMap(({ events }) => [...events.values()]).reduce((sum, count) => sum + count, 0);

/**
 * Carries out an action and waits until notifiers have seen as many events as it should cause. Events that do not
 * arrive in time are missing in the counts.
 */
export const watchNotifiers = async <Result>(
  notifiers: readonly Named[],
  act: () => Promise<Result>,
  expectedOf: (result: Result) => number,
): Promise<{ result: Result; seen: NotifierCounts[] }> => {
  const since = await followNotifiers(notifiers);
  const result = await act();
  const haveArrived = async () => totalEvents(await since()) >= expectedOf(result);
  await waitFor(haveArrived, { what: 'the events', timeoutMs: arrivalLimitMs }).catch(
    () => undefined,
  );
  return { result, seen: await since() };
};

/** The rows of a table about how long events took from their commit to their lines. */
export const latencyRows = (seen: readonly NotifierCounts[]): [string, string][] => {
  const histograms = seen.map(({ latency }) => latency);
  const ms = (share: number) => `${percentileMs(histograms, share).toFixed(1)} ms`;
  return [
    ['commit → notifier, p50', ms(0.5)],
    ['commit → notifier, p99', ms(0.99)],
  ];
};

/** A percentile in milliseconds over several histograms, interpolated within its bucket. */
const percentileMs = (histograms: NotifierCounts['latency'][], share: number): number => {
  const bounds = histograms[0]?.map(([le]) => le) ?? [];
  const counts = bounds.map((_, i) => histograms.reduce((sum, one) => sum + (one[i]?.[1] ?? 0), 0));
  const wanted = (counts.at(-1) ?? 0) * share;
  const at = counts.findIndex((count) => count >= wanted);
  const [low, high] = [bounds[at - 1] ?? 0, bounds[at] ?? Infinity];
  const [below, upTo] = [counts[at - 1] ?? 0, counts[at] ?? 0];
  if (high === Infinity || upTo === below) return low * 1_000;
  return (low + ((high - low) * (wanted - below)) / (upTo - below)) * 1_000;
};
