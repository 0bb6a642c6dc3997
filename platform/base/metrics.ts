import { collectDefaultMetrics, Registry } from 'prom-client';
import { createRpcDurations, type Observe, type RpcLabels } from './rpc-durations.ts';

export interface Metrics {
  /** Where every part registers its own metrics; `/metrics` prints it. */
  readonly registry: Registry;
  /** Where the seconds of calls with these labels go; to be asked for once for each set of labels. */
  readonly rpcDuration: (labels: RpcLabels) => Observe;
}

/** A registry of its own with the process metrics and the RPC histogram. Nothing global is touched. */
export const createMetrics = (): Metrics => {
  const registry = new Registry();
  // Looked at ten times a second instead of a hundred, which is half of what an idle process costs. The lags
  // that nodejs_eventloop_lag_* tell have the 100 ms between two looks in them (with Node's usual 10: those).
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  return { registry, rpcDuration: createRpcDurations(registry) };
};
