import { topicKey } from './row.ts';

type OfKey = { topic: string; key: string };

/** The keys of one source whose rows must not go out now. */
export interface HeldKeys {
  /** A row of the key is FAILED: later ones wait until it is redriven or discarded. */
  readonly isBlocked: (row: OfKey) => boolean;
  /** A row of the key has just failed: it is tried again later, or what was read behind it is old. */
  readonly isResting: (row: OfKey) => boolean;
  block(row: OfKey): void;
  /** Of several rests of a key, the longest counts. */
  rest(row: OfKey, untilMs: number): void;
  /**
   * Ends the rests that are over. Only between two passes: in the middle of one the row that rested has
   * been passed over, and later rows of its key would overtake it.
   */
  endRests(nowMs: number): void;
  /** The table is being asked which keys are blocked: one that is blocked from now on may not be in its answer. */
  beginLook(): void;
  /** Replaces what is known to be blocked by what the table says; true when a key was released. */
  setBlocked(keys: readonly OfKey[]): boolean;
  readonly blockedCount: number;
  clear(): void;
}

export const createHeldKeys = (): HeldKeys => {
  let blocked = new Set<string>();
  const blockedSinceLook = new Set<string>();
  const restingUntil = new Map<string, number>();
  return {
    isBlocked: (row) => blocked.size > 0 && blocked.has(topicKey(row)),
    isResting: (row) => restingUntil.size > 0 && restingUntil.has(topicKey(row)),
    block: (row) => {
      blocked.add(topicKey(row));
      blockedSinceLook.add(topicKey(row));
      restingUntil.delete(topicKey(row));
    },
    rest: (row, untilMs) => {
      const key = topicKey(row);
      restingUntil.set(key, Math.max(untilMs, restingUntil.get(key) ?? untilMs));
    },
    endRests: (nowMs) => {
      for (const [key, untilMs] of restingUntil) if (untilMs <= nowMs) restingUntil.delete(key);
    },
    beginLook: () => blockedSinceLook.clear(),
    setBlocked: (keys) => {
      const before = blocked;
      blocked = new Set([...keys.map(topicKey), ...blockedSinceLook]);
      return !before.isSubsetOf(blocked);
    },
    get blockedCount() {
      return blocked.size;
    },
    clear: () => {
      blocked.clear();
      blockedSinceLook.clear();
      restingUntil.clear();
    },
  };
};
