import { Histogram, type HistogramConfiguration, type Registry } from 'prom-client';
import { isTracing } from './tracing/span.ts';

/** Counts a value. With the id of a recorded trace it becomes the exemplar of its bucket. */
export type ObserveTraced = (
  labels: Readonly<Record<string, string>>,
  value: number,
  traceId: string | undefined,
) => void;

type Configuration = Omit<HistogramConfiguration<string>, 'registers' | 'enableExemplars'>;

/**
 * Creates a histogram whose buckets name the last recorded trace in them, which OpenMetrics prints as `trace_id`. In a
 * process without tracing it is an ordinary one; to be called after `startTracing`.
 */
export const createTracedHistogram = (
  config: Configuration,
  registry?: Registry,
): { histogram: Histogram; observe: ObserveTraced } => {
  const enableExemplars = isTracing();
  // prom-client refuses exemplars in a registry of the other format, but not a metric that was made elsewhere
  const histogram = new Histogram({ ...config, enableExemplars, registers: [] });
  registry?.registerMetric(histogram);
  const plain: ObserveTraced = (labels, value) => histogram.observe(labels, value);
  const traced: ObserveTraced = (labels, value, traceId) => {
    const exemplarLabels: Record<string, string> =
      traceId === undefined ? {} : { trace_id: traceId };
    histogram.observe({ labels, value, exemplarLabels });
  };
  return { histogram, observe: enableExemplars ? traced : plain };
};
