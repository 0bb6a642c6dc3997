import type { Assignment } from '../domain/assignment.ts';
import type { HeldKeys } from '../domain/held-keys.ts';
import type { Pace } from '../domain/pace.ts';
import type { SeqFloor } from '../domain/seq-floor.ts';

export interface HeldKeysRefreshDeps {
  heldKeys: HeldKeys;
  floor: SeqFloor;
  listBlocked: (buckets: readonly number[]) => Promise<{ topic: string; key: string }[]>;
  monotonicMs: () => number;
  pace: Pick<Pace, 'floorMs' | 'maxPassMs'>;
}

export interface HeldKeysRefresh {
  /** Before a pass: what is known of the table is new enough for it. */
  before(assignment: Assignment): Promise<void>;
  /** What is known is worth nothing: the next pass looks again. */
  forget(): void;
}

/**
 * Reads which keys are blocked when the assignment changes, after a failure (a row may be FAILED although
 * the answer never came), and each second for as long as any is. The floor is taken back whenever rows may
 * lie below it: they became ours, their key was released, or somebody put sent ones back.
 */
export const createHeldKeysRefresh = (deps: HeldKeysRefreshDeps): HeldKeysRefresh => {
  const { heldKeys, floor, listBlocked, monotonicMs, pace } = deps;
  let known: Assignment | undefined;
  let epoch: bigint | undefined;
  let refreshMs = 0;
  let floorEndsMs = 0;
  return {
    before: async (assignment) => {
      const nowMs = monotonicMs();
      const isNew = assignment !== known;
      if (isNew || nowMs >= floorEndsMs) {
        floor.reset();
        floorEndsMs = nowMs + pace.floorMs;
      }
      if (!isNew && (heldKeys.blockedCount === 0 || nowMs < refreshMs)) return;
      if (assignment.epoch !== epoch) heldKeys.clear();
      if (heldKeys.setBlocked(await listBlocked(assignment.buckets))) floor.reset();
      ({ epoch } = assignment);
      known = assignment;
      refreshMs = nowMs + pace.maxPassMs;
    },
    forget: () => {
      known = undefined;
    },
  };
};
