import { backoffMs } from '#platform/base/backoff.ts';
import type { Logger } from '#platform/base/logger.ts';
import { sleep } from '#platform/base/sleep.ts';
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

const lookEveryMs = 1_000;
const backoff = { firstMs: 1_000, maxMs: 10_000 };

/** Leaves in the database which partitions cannot be written, whenever that changes, until the signal aborts. */
export const tellUnwritable = async (
  deps: TellUnwritableDeps,
  signal: AbortSignal,
): Promise<void> => {
  const { source, unwritable, currentLease, keep, monotonicMs, logger } = deps;
  let told = '';
  let failures = 0;
  while (!signal.aborted) {
    const epoch = currentLease()?.epoch;
    const partitions = unwritable.list();
    const state = stateOf(epoch, partitions);
    try {
      if (epoch !== undefined && state !== told) {
        await keep(epoch, partitions, monotonicMs());
        told = state;
      }
      failures = 0;
    } catch (error) {
      failures += 1;
      // the publishing loop says loudly when the database is away
      logger.debug(
        { err: error, source },
        'what cannot be written could not be left for operators',
      );
    }
    await sleep(failures > 0 ? backoffMs(failures, backoff) : lookEveryMs, signal);
  }
};

/** Different whenever something was tried once more, or is reported under another epoch. */
const stateOf = (epoch: bigint | undefined, partitions: readonly UnwritablePartition[]): string =>
  partitions
    .map(({ topic, partition, attempts }) => `${epoch} ${topic}/${partition} ${attempts}`)
    .join();
