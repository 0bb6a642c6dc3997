import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

export interface Metrics {
  /** Where every part registers its own metrics; `/metrics` prints it. */
  readonly registry: Registry;
  /** Seconds that calls took, by rpc, door (grpc, connect, grpc-web, rest) and status code. */
  readonly rpcDuration: Histogram<'rpc' | 'door' | 'code'>;
}

// From a cached read to the default deadline of ten seconds.
const rpcBucketsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A registry of its own with the process metrics and the RPC histogram. Nothing global is touched. */
export const createMetrics = (): Metrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const rpcDuration = new Histogram({
    name: 'rpc_duration_seconds',
    help: 'Time from the arrival of a call to its answer.',
    labelNames: ['rpc', 'door', 'code'] as const,
    buckets: rpcBucketsSeconds,
    registers: [registry],
  });
  return { registry, rpcDuration };
};
