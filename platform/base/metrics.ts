import { collectDefaultMetrics, Registry } from 'prom-client';
import { createRpcDurations, type Observe, type RpcLabels } from './rpc-durations.ts';

export interface Metrics {
  /** The registry for the metrics of all parts; `/metrics` returns them. */
  readonly registry: Registry;
  /** Returns the recorder of durations for calls with these labels; call it once per set of labels. */
  readonly rpcDuration: (labels: RpcLabels) => Observe;
}

/** Creates a registry with the process metrics and the RPC histogram. Nothing global is touched. */
export const createMetrics = (): Metrics => {
  const registry = new Registry();
  // Sampled ten times a second instead of a hundred, which halves the cost of an idle process. The values of
  // nodejs_eventloop_lag_* include the 100 ms between two samples (with Node's default, 10 ms).
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  return { registry, rpcDuration: createRpcDurations(registry) };
};
