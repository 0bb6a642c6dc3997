import { Histogram, type Metric, type Registry } from 'prom-client';

export interface RpcLabels {
  rpc: string;
  /** One of grpc, connect, grpc-web and rest. */
  protocol: string;
  /** The name of the status code. */
  code: string;
}

/** Records the duration of a call. */
export type Observe = (seconds: number) => void;

const metric = {
  name: 'rpc_duration_seconds',
  help: 'Time from the arrival of a call to its answer.',
};

// The buckets range from a cached read to the default deadline of ten seconds.
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Series {
  labels: RpcLabels;
  histogram: Histogram;
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
      histogram: new Histogram({ ...metric, buckets, registers: [] }),
    };
    seriesByLabels.set(key, series);
    return (seconds) => series.histogram.observe(seconds);
  };
};

const valuesOf = async ({ labels, histogram }: Series) => {
  const { values } = await histogram.get();
  return values.map((value) => ({ ...value, labels: { ...value.labels, ...labels } }));
};
