import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { BreakerState } from './breaker.ts';

export type CallOutcome = 'ok' | 'refused' | 'unavailable' | 'aborted';

export interface ClientMetrics {
  /** Records a call with all its tries. */
  readonly observe: (rpc: string, outcome: CallOutcome, seconds: number) => void;
  readonly countRetry: (rpc: string) => void;
  readonly showBreaker: (state: BreakerState) => void;
}

const stateValues: Record<BreakerState, number> = { closed: 0, 'half-open': 1, open: 2 };
// From an answer of the same machine to three tries of two seconds.
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Creates the metrics of one client. The clients of a process share them, with their names as a label. */
export const createClientMetrics = (registry: Registry, client: string): ClientMetrics => {
  const durations = durationsIn(registry);
  const retries = retriesIn(registry);
  const breaker = breakerIn(registry);
  return {
    observe: (rpc, outcome, seconds) => durations.observe({ client, rpc, outcome }, seconds),
    countRetry: (rpc) => retries.inc({ client, rpc }),
    showBreaker: (state) => breaker.set({ client }, stateValues[state]),
  };
};

const durationsIn = (registry: Registry) => {
  const name = 'rpc_client_duration_seconds';
  const help = 'Calls of other services with all their tries.';
  const labelNames = ['client', 'rpc', 'outcome'] as const;
  const present = registry.getSingleMetric(name) as
    Histogram<(typeof labelNames)[number]> | undefined;
  return present ?? new Histogram({ name, help, labelNames, buckets, registers: [registry] });
};

const retriesIn = (registry: Registry) => {
  const name = 'rpc_client_retries_total';
  const help = 'Tries after the first one of a call.';
  const labelNames = ['client', 'rpc'] as const;
  const present = registry.getSingleMetric(name) as
    Counter<(typeof labelNames)[number]> | undefined;
  return present ?? new Counter({ name, help, labelNames, registers: [registry] });
};

const breakerIn = (registry: Registry) => {
  const name = 'rpc_client_breaker_state';
  const help =
    '0: calls go through. 1: one tries whether the service is back. 2: none goes through.';
  const labelNames = ['client'] as const;
  const present = registry.getSingleMetric(name) as Gauge<(typeof labelNames)[number]> | undefined;
  return present ?? new Gauge({ name, help, labelNames, registers: [registry] });
};
