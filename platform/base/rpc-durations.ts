import type { Histogram, Metric, Registry } from 'prom-client';
import { createTracedHistogram, type ObserveTraced } from './traced-histogram.ts';

export interface RpcLabels {
  rpc: string;
  /** One of grpc, connect, grpc-web and rest. */
  protocol: string;
  /** The name of the status code. */
  code: string;
}

/** Records the duration of a call, with the id of its trace where that is recorded. */
export type Observe = (seconds: number, traceId: string | undefined) => void;

const metric = {
  name: 'rpc_duration_seconds',
  help: 'Time from the arrival of a call to its answer.',
};

// The buckets range from a cached read to the default deadline of ten seconds.
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Series {
  labels: RpcLabels;
  histogram: Histogram;
  observe: ObserveTraced;
}

/**
 * Registers the histogram of calls. The function returns the recorder for calls with these labels, which
 * never changes, so it should be kept: prom-client's own lookup would cost a call more than counting it.
 */
export const createRpcDurations = (registry: Registry): ((labels: RpcLabels) => Observe) => {
  const seriesByLabels = new Map<string, Series>();
  const get = async () => {
    const values = await Promise.all([...seriesByLabels.values()].map(valuesOf));
    return { ...metric, type: 'histogram', aggregator: 'sum', values: values.flat() };
  };
  const reset = () => {
    for (const { histogram } of seriesByLabels.values()) histogram.reset();
  };
  // prom-client needs only these properties of a metric, but its type is that of its own classes.
  registry.registerMetric({ ...metric, get, reset } as unknown as Metric);
  return (labels) => {
    const key = `${labels.rpc} ${labels.protocol} ${labels.code}`;
    const series = seriesByLabels.get(key) ?? {
      labels,
      ...createTracedHistogram({ ...metric, buckets }),
    };
    seriesByLabels.set(key, series);
    return (seconds, traceId) => series.observe({}, seconds, traceId);
  };
};

const valuesOf = async ({ labels, histogram }: Series) => {
  const { values } = await histogram.get();
  return values.map((value) => ({ ...value, labels: { ...value.labels, ...labels } }));
};
