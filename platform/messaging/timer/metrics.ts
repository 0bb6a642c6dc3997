import { Counter, Gauge, type Registry } from 'prom-client';

export interface TimerMetrics {
  readonly fired: Counter<'kind'>;
  readonly failed: Counter<'kind'>;
  readonly due: Gauge<'kind'>;
  readonly oldestSeconds: Gauge<'kind'>;
}

export const createTimerMetrics = (registry: Registry): TimerMetrics => {
  const registers = [registry];
  const labelNames = ['kind'] as const;
  const counter = (name: string, help: string) =>
    new Counter({ name, help, labelNames, registers });
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames, registers });
  return {
    fired: counter('timers_fired_total', 'Timers whose work was done and committed.'),
    failed: counter('timers_failed_total', 'Attempts that failed; each is made again later.'),
    due: gauge('timers_due', 'Timers that are due and not done (counted up to 10,000).'),
    oldestSeconds: gauge('timers_oldest_due_seconds', 'For how long the oldest has been due.'),
  };
};
