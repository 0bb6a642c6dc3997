import { setTimeout as sleep } from 'node:timers/promises';
import { Gauge, Histogram, type Registry } from 'prom-client';
import { countHandled } from '#platform/messaging/inbox/count-handled.ts';
import { eventsOfOthers } from './domain/saga.ts';

export interface SagaMetrics {
  /** Counts the events of a commit. */
  countHandled: ReturnType<typeof countHandled>;
  processingSeconds: Histogram;
}

// Prometheus gives a scrape some seconds; a database that is away would take them all.
const countWithinMs = 2_000;

/**
 * The metrics of the saga: the consumer's under the names of the contract, and how many orders are stuck. A scrape does
 * not wait for a database that is silent: the number is NaN then, and other metrics tell why.
 */
export const createSagaMetrics = (
  registry: Registry,
  countStuck: () => Promise<number>,
  withinMs = countWithinMs,
): SagaMetrics => {
  const registers = [registry];
  let counting: Promise<number> | undefined;
  const count = (): Promise<number> =>
    (counting ??= countStuck()
      .catch(() => Number.NaN)
      .finally(() => (counting = undefined)));
  new Gauge({
    name: 'saga_stuck_orders',
    help: 'Orders whose saga has not ended in time.',
    registers,
    async collect() {
      this.set(await Promise.race([count(), sleep(withinMs, Number.NaN, { ref: false })]));
    },
  });
  return {
    countHandled: countHandled(registry, {
      name: 'consumer_orders_processed_total',
      types: eventsOfOthers,
    }),
    processingSeconds: new Histogram({
      name: 'consumer_processing_duration_seconds',
      help: 'How long a batch of such events took, without the commit.',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
  };
};
