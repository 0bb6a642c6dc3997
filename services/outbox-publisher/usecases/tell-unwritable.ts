import type { Logger } from '#platform/base/logger.ts';
import { repeat } from '#platform/base/loops.ts';
import type { Lease } from '../domain/lease.ts';
import type { UnwritablePartition, UnwritablePartitions } from '../domain/unwritable-partitions.ts';

export interface TellUnwritableDeps {
  source: string;
  unwritable: Pick<UnwritablePartitions, 'list'>;
  currentLease: () => Lease | undefined;
  keep: (epoch: bigint, partitions: readonly UnwritablePartition[], nowMs: number) => Promise<void>;
  monotonicMs: () => number;
  logger: Logger;
}

const everyMs = 1_000;
const backoff = { firstMs: 1_000, maxMs: 10_000 };

/**
 * Stores in the database which partitions cannot be written, whenever that changes, until the signal aborts.
 */
export const tellUnwritable = (deps: TellUnwritableDeps, signal: AbortSignal): Promise<void> => {
  const { source, unwritable, currentLease, keep, monotonicMs, logger } = deps;
  let told = '';
  // the publishing loop reports that the database is unavailable
  const loop = { name: 'recording unwritable partitions', logger, facts: { source }, everyMs };
  return repeat({ ...loop, backoff, level: 'debug' }, signal, async () => {
    const epoch = currentLease()?.epoch;
    const partitions = unwritable.list();
    const state = stateOf(epoch, partitions);
    if (epoch === undefined || state === told) return;
    await keep(epoch, partitions, monotonicMs());
    told = state;
  });
};

/** Changes whenever something was tried once more, or is reported under another epoch. */
const stateOf = (epoch: bigint | undefined, partitions: readonly UnwritablePartition[]): string =>
  partitions
    .map(({ topic, partition, attempts }) => `${epoch} ${topic}/${partition} ${attempts}`)
    .join();
