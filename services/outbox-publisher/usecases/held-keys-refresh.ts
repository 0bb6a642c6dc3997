import type { Logger } from '#platform/base/logger.ts';
import type { Assignment } from '../domain/assignment.ts';
import type { HeldKeys } from '../domain/held-keys.ts';
import type { Pace } from '../domain/pace.ts';
import type { SeqFloor } from '../domain/seq-floor.ts';
import { createRequeueCheck } from './requeued-rows.ts';

export interface HeldKeysRefreshDeps {
  heldKeys: HeldKeys;
  floor: SeqFloor;
  listBlocked: (buckets: readonly number[]) => Promise<{ topic: string; key: string }[]>;
  hasUnsentUpTo: (seqs: ReadonlyMap<number, string>) => Promise<boolean>;
  monotonicMs: () => number;
  pace: Pick<Pace, 'floorMs' | 'maxPassMs'>;
  logger: Pick<Logger, 'warn'>;
}

export interface HeldKeysRefresh {
  /** Before a pass: makes sure that what is known of the table is recent enough for it. */
  before(assignment: Assignment): Promise<void>;
  /**
   * Discards what is known: rows may have been requeued, so blocked keys and rows are read anew before the
   * next pass.
   */
  forget(): void;
  /**
   * Something failed: a key may be blocked without this process knowing. What was sent and marked stays
   * valid.
   */
  doubt(): void;
}

// limits the share of time spent on refreshing, which takes long with very many blocked keys
const refreshShare = 20;
// The longest time between two refreshes, also after one that seemed long because the process was paused: a key that
// was released without a notification waits no longer than this.
const longestRefreshMs = 30_000;

/**
 * Reads which keys are blocked when the assignment changes, after a failure (a row may be FAILED although the
 * answer was lost), and every second while any key is blocked. The floor is reset whenever rows may lie below
 * it: they became ours, their key was released, or sent ones were requeued.
 *
 * It is harmless to believe for a while that a released key is still blocked: its rows wait a little longer.
 * Not knowing that a key is blocked is harmful: its later rows would overtake the FAILED one.
 */
export const createHeldKeysRefresh = (deps: HeldKeysRefreshDeps): HeldKeysRefresh => {
  const { heldKeys, floor, listBlocked, monotonicMs, pace, logger } = deps;
  let known: Assignment | undefined;
  let epoch: bigint | undefined;
  let forgotten = 0;
  let refreshMs = 0;
  let isDoubtful = false;
  const checkBelowFloors = createRequeueCheck({ ...deps, everyMs: pace.floorMs });

  const look = async (assignment: Assignment): Promise<void> => {
    const forgottenBefore = forgotten;
    const beganMs = monotonicMs();
    heldKeys.beginRefresh();
    const blocked = await listBlocked(assignment.buckets);
    if (assignment.epoch !== epoch) heldKeys.clear();
    if (heldKeys.setBlocked(blocked)) floor.reset();
    ({ epoch } = assignment);
    // discarded meanwhile: what was read may be older than the change that it was discarded for
    known = forgotten === forgottenBefore ? assignment : undefined;
    isDoubtful = false;
    const tookMs = monotonicMs() - beganMs;
    refreshMs =
      beganMs + Math.max(pace.maxPassMs, Math.min(refreshShare * tookMs, longestRefreshMs));
  };

  return {
    before: async (assignment) => {
      const nowMs = monotonicMs();
      const isNew = assignment !== known;
      if (isNew) floor.reset();
      else await checkBelowFloors(assignment.buckets);
      if (isNew || isDoubtful) {
        await look(assignment);
        return;
      }
      if (heldKeys.blockedCount === 0 || nowMs < refreshMs) return;
      await look(assignment).catch((error: unknown) => {
        refreshMs = nowMs + refreshShare * pace.maxPassMs;
        logger.warn({ err: error }, 'blocked keys could not be read again; they stay blocked');
      });
    },
    forget: () => {
      forgotten += 1;
      known = undefined;
    },
    doubt: () => {
      isDoubtful = true;
    },
  };
};
