import type { Logger } from '#platform/base/logger.ts';
import type { Assignment } from '../domain/assignment.ts';
import type { HeldKeys } from '../domain/held-keys.ts';
import type { Pace } from '../domain/pace.ts';
import type { SeqFloor } from '../domain/seq-floor.ts';
import { createPutBackLook } from './put-back-rows.ts';

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
  /** Before a pass: what is known of the table is new enough for it. */
  before(assignment: Assignment): Promise<void>;
  /** What is known is worth nothing: rows may have been put back, so the next pass looks and reads anew. */
  forget(): void;
  /** Something failed: a key may be blocked that is not known to be. What was sent and marked stays so. */
  doubt(): void;
}

// of the time between two looks, the most that one may take: with very many blocked keys it takes long
const lookShare = 20;

/**
 * Reads which keys are blocked when the assignment changes, after a failure (a row may be FAILED although
 * the answer never came), and each second for as long as any is. The floor is taken back whenever rows may
 * lie below it: they became ours, their key was released, or somebody put sent ones back.
 *
 * That a key is still blocked may be old news: its rows wait a little longer. That it is not yet may not.
 */
export const createHeldKeysRefresh = (deps: HeldKeysRefreshDeps): HeldKeysRefresh => {
  const { heldKeys, floor, listBlocked, monotonicMs, pace, logger } = deps;
  let known: Assignment | undefined;
  let epoch: bigint | undefined;
  let forgotten = 0;
  let refreshMs = 0;
  let isDoubtful = false;
  const lookBelowFloors = createPutBackLook({ ...deps, everyMs: pace.floorMs });

  const look = async (assignment: Assignment): Promise<void> => {
    const forgottenBefore = forgotten;
    const beganMs = monotonicMs();
    heldKeys.beginLook();
    const blocked = await listBlocked(assignment.buckets);
    if (assignment.epoch !== epoch) heldKeys.clear();
    if (heldKeys.setBlocked(blocked)) floor.reset();
    ({ epoch } = assignment);
    // forgotten meanwhile: what was read may be older than what it was forgotten for
    known = forgotten === forgottenBefore ? assignment : undefined;
    isDoubtful = false;
    const tookMs = monotonicMs() - beganMs;
    refreshMs = beganMs + Math.max(pace.maxPassMs, lookShare * tookMs);
  };

  return {
    before: async (assignment) => {
      const nowMs = monotonicMs();
      const isNew = assignment !== known;
      if (isNew) floor.reset();
      else await lookBelowFloors(assignment.buckets);
      if (isNew || isDoubtful) {
        await look(assignment);
        return;
      }
      if (heldKeys.blockedCount === 0 || nowMs < refreshMs) return;
      await look(assignment).catch((error: unknown) => {
        refreshMs = nowMs + lookShare * pace.maxPassMs;
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
