import type { Logger } from '#platform/base/logger.ts';
import { sleep } from '#platform/base/sleep.ts';
import type { HeldKeys } from '../domain/held-keys.ts';
import type { AssignmentDesk } from './assignment-desk.ts';

export interface ObserveSourceDeps<Backlog> {
  source: string;
  desk: AssignmentDesk;
  heldKeys: HeldKeys;
  readBacklog: (buckets: readonly number[]) => Promise<Backlog[]>;
  observe: (
    source: string,
    state: { backlog: Backlog[]; blockedKeys: number; ownedBuckets: number },
  ) => void;
  logger: Logger;
}

const intervalMs = 5_000;

/** Shows what waits, who is blocked and what is owned, every five seconds until the signal aborts. */
export const observeSource = async <Backlog>(
  { source, desk, heldKeys, readBacklog, observe, logger }: ObserveSourceDeps<Backlog>,
  signal: AbortSignal,
): Promise<void> => {
  while (!signal.aborted) {
    const buckets = desk.assigned();
    try {
      const backlog = await readBacklog(buckets);
      const { blockedCount: blockedKeys } = heldKeys;
      observe(source, { backlog, blockedKeys, ownedBuckets: buckets.length });
    } catch (error) {
      // the publishing loop says loudly when the database is away
      logger.debug({ err: error, source }, 'the backlog could not be read');
    }
    await sleep(intervalMs, signal);
  }
};
