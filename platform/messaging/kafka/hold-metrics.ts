import { Counter, Gauge, type Registry } from 'prom-client';
import type { ConsumerOptions } from './consumer-options.ts';

export type HoldReports = Required<Pick<ConsumerOptions, 'onHold' | 'onMissing'>>;

/**
 * Creates the metrics of held partitions, and of messages that were deleted before they were read; by group.
 */
export const createHoldMetrics = (registry: Registry): ((group: string) => HoldReports) => {
  const labelNames = ['group', 'topic', 'partition'] as const;
  const held = new Gauge({
    name: 'kafka_partition_held',
    help: '1 for a partition that cannot be read or handled; others of the group go on.',
    labelNames,
    registers: [registry],
  });
  const missing = new Counter({
    name: 'kafka_missing_offsets_total',
    help: 'Offsets that the broker deleted before the group had read them.',
    labelNames,
    registers: [registry],
  });
  return (group) => ({
    onHold: ({ topic, partition }, hold) => {
      if (hold === undefined) held.remove({ group, topic, partition });
      else held.set({ group, topic, partition }, 1);
    },
    onMissing: ({ topic, partition }, offsets) => {
      missing.inc({ group, topic, partition }, offsets);
    },
  });
};
