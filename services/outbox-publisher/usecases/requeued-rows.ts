import type { Logger } from '#platform/base/logger.ts';
import type { SeqFloor } from '../domain/seq-floor.ts';

export interface RequeueCheckDeps {
  floor: SeqFloor;
  /** Whether there is an unsent row at or below the `seq` given for its bucket. */
  hasUnsentUpTo: (seqs: ReadonlyMap<number, string>) => Promise<boolean>;
  monotonicMs: () => number;
  everyMs: number;
  logger: Pick<Logger, 'warn'>;
}

// limits the share of time spent on the check, which takes long while a snapshot held elsewhere keeps dead
// rows from being vacuumed
const share = 20;
// The longest pause: 20 times the longest that a statement can take. A longer measurement means that the process
// was paused.
const longestMs = 80_000;

/**
 * Whoever requeues sent rows notifies the publishers, and the floors are reset. In case the notification was
 * lost, this check finds such rows below the floors. When the check fails, the floors stay.
 */
export const createRequeueCheck = (deps: RequeueCheckDeps) => {
  const { floor, monotonicMs, everyMs, logger } = deps;
  let dueMs = monotonicMs() + everyMs;
  return async (buckets: readonly number[]): Promise<void> => {
    const beganMs = monotonicMs();
    if (beganMs < dueMs) return;
    try {
      const bottoms = new Map(buckets.map((bucket) => [bucket, floor.bottomOf(bucket)]));
      if (await deps.hasUnsentUpTo(bottoms)) floor.reset();
    } catch (error) {
      logger.warn(
        { err: error },
        'could not check for requeued rows; they may wait a little longer',
      );
    }
    const tookMs = monotonicMs() - beganMs;
    dueMs = beganMs + Math.max(everyMs, Math.min(share * tookMs, longestMs));
  };
};
