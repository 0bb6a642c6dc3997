import { bucketCount } from '#platform/messaging/outbox/bucket.ts';
import type { Logger } from '#platform/base/logger.ts';
import type { Assignment } from '../domain/assignment.ts';
import { fairShare } from '../domain/fair-share.ts';
import type { Lease } from '../domain/lease.ts';

export interface ShareBucketsDeps {
  source: string;
  survey: (
    source: string,
    epoch: bigint,
  ) => Promise<{ members: readonly bigint[]; mine: readonly number[]; freeCount: number }>;
  claim: (source: string, epoch: bigint, count: number) => Promise<number[]>;
  giveBack: (source: string, epoch: bigint, buckets: readonly number[]) => Promise<void>;
  /**
   * Sets what is published from now on; resolves when no work under the previous assignment is in progress.
   */
  assign: (assignment: Assignment) => Promise<void>;
  /** Is the lease for which the answer was read still the one held? */
  isHeld: (lease: Lease) => boolean;
  /** Notifies the other members that buckets became free. */
  announceFree: () => void;
  logger: Logger;
}

/**
 * Brings what this member owns of a source to its fair share: claims free buckets, or gives surplus ones back
 * after the last acknowledgement for them. The table decides: what it says is ours, and only that, is
 * published.
 */
export const shareBuckets = (deps: ShareBucketsDeps): ((lease: Lease) => Promise<void>) => {
  const { source, logger } = deps;
  let isGivingBack = false;

  const giveBack = async (lease: Lease, keep: readonly number[], surplus: readonly number[]) => {
    isGivingBack = true;
    try {
      await deps.assign({ epoch: lease.epoch, buckets: keep });
      await deps.giveBack(source, lease.epoch, surplus);
      deps.announceFree();
      logger.info({ source, given: surplus.length, owned: keep.length }, 'gave buckets back');
    } catch (error) {
      // the next round finds that they are still ours
      logger.warn({ err: error, source }, 'buckets could not be given back');
    } finally {
      isGivingBack = false;
    }
  };

  return async (lease) => {
    if (isGivingBack) return;
    const { members, mine, freeCount } = await deps.survey(source, lease.epoch);
    const share = fairShare(bucketCount, members, lease.epoch);
    if (mine.length > share) {
      // not awaited, because the lease must be renewed meanwhile
      void giveBack(lease, mine.slice(0, share), mine.slice(share));
      return;
    }
    const wanted = Math.min(share - mine.length, freeCount);
    const claimed = wanted > 0 ? await deps.claim(source, lease.epoch, wanted) : [];
    if (!deps.isHeld(lease)) return;
    if (claimed.length > 0) {
      logger.info(
        { source, claimed: claimed.length, owned: mine.length + claimed.length },
        'claimed buckets',
      );
    }
    void deps.assign({ epoch: lease.epoch, buckets: [...mine, ...claimed] });
  };
};
