import type { Logger } from '#platform/base/logger.ts';
import type { SeqFloor } from '../domain/seq-floor.ts';

export interface PutBackRowsDeps {
  floor: SeqFloor;
  /** Is there an unsent row at or below the `seq` given for its bucket? */
  hasUnsentUpTo: (seqs: ReadonlyMap<number, string>) => Promise<boolean>;
  monotonicMs: () => number;
  everyMs: number;
  logger: Pick<Logger, 'warn'>;
}

// of the time between two looks, the most that one may take: a snapshot held elsewhere that keeps what was sent
// from being cleared away makes it long
const share = 20;

/**
 * Who puts sent rows back says so, and the floors are taken back. Should that have been missed, a look below
 * them finds the rows. One that does not get through says nothing, and the floors stay.
 */
export const createPutBackLook = (deps: PutBackRowsDeps) => {
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
        'no look below the floors: rows put back may wait a little longer',
      );
    }
    const tookMs = monotonicMs() - beganMs;
    dueMs = beganMs + Math.max(everyMs, share * tookMs);
  };
};
