import { Histogram, type Metric, type Registry } from 'prom-client';

export interface RpcLabels {
  rpc: string;
  /** grpc, connect, grpc-web or rest. */
  protocol: string;
  /** The status code's name. */
  code: string;
}

/** Takes the seconds of a call. */
export type Observe = (seconds: number) => void;

const metric = {
  name: 'rpc_duration_seconds',
  help: 'Time from the arrival of a call to its answer.',
};

// From a cached read to the default deadline of ten seconds.
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Place {
  labels: RpcLabels;
  histogram: Histogram;
}

/**
 * Registers the histogram of calls. The function gives the place for calls with these labels, which is
 * always the same: keep it. prom-client's own look-up would cost a call more than counting it.
 */
export const createRpcDurations = (registry: Registry): ((labels: RpcLabels) => Observe) => {
  const places = new Map<string, Place>();
  const get = async () => {
    const values = await Promise.all([...places.values()].map(valuesOf));
    return { ...metric, type: 'histogram', aggregator: 'sum', values: values.flat() };
  };
  const reset = () => {
    for (const { histogram } of places.values()) histogram.reset();
  };
  // prom-client asks a metric for nothing else, but its type is that of its own classes
  registry.registerMetric({ ...metric, get, reset } as unknown as Metric);
  return (labels) => {
    const key = `${labels.rpc} ${labels.protocol} ${labels.code}`;
    const place = places.get(key) ?? {
      labels,
      histogram: new Histogram({ ...metric, buckets, registers: [] }),
    };
    places.set(key, place);
    return (seconds) => place.histogram.observe(seconds);
  };
};

const valuesOf = async ({ labels, histogram }: Place) => {
  const { values } = await histogram.get();
  return values.map((value) => ({ ...value, labels: { ...value.labels, ...labels } }));
};
