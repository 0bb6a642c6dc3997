import { topicKey } from './row.ts';

type OfKey = { topic: string; key: string };

/** The keys of one source whose rows must not be sent now. */
export interface HeldKeys {
  /** A row of the key is FAILED: later rows wait until it is redriven or discarded. */
  readonly isBlocked: (row: OfKey) => boolean;
  /** A row of the key has just failed and is retried later, or the rows read behind it are outdated. */
  readonly isBackedOff: (row: OfKey) => boolean;
  block(row: OfKey): void;
  /** Backs the key off until then; of several back-offs of a key, the longest counts. */
  backOff(row: OfKey, untilMs: number): void;
  /**
   * Ends the back-offs that are over. Called only between two passes: in the middle of one, the row that was
   * backed off has been skipped, and later rows of its key would overtake it.
   */
  endBackoffs(nowMs: number): void;
  /**
   * Called before the table is asked which keys are blocked: a key that is blocked from now on may be missing
   * from the answer.
   */
  beginRefresh(): void;
  /** Replaces the blocked keys by those of the table; returns true when a key was released. */
  setBlocked(keys: readonly OfKey[]): boolean;
  readonly blockedCount: number;
  clear(): void;
}

export const createHeldKeys = (): HeldKeys => {
  let blocked = new Set<string>();
  const blockedSinceRefresh = new Set<string>();
  const backedOffUntil = new Map<string, number>();
  return {
    isBlocked: (row) => blocked.size > 0 && blocked.has(topicKey(row)),
    isBackedOff: (row) => backedOffUntil.size > 0 && backedOffUntil.has(topicKey(row)),
    block: (row) => {
      blocked.add(topicKey(row));
      blockedSinceRefresh.add(topicKey(row));
      backedOffUntil.delete(topicKey(row));
    },
    backOff: (row, untilMs) => {
      const key = topicKey(row);
      backedOffUntil.set(key, Math.max(untilMs, backedOffUntil.get(key) ?? untilMs));
    },
    endBackoffs: (nowMs) => {
      for (const [key, untilMs] of backedOffUntil) if (untilMs <= nowMs) backedOffUntil.delete(key);
    },
    beginRefresh: () => blockedSinceRefresh.clear(),
    setBlocked: (keys) => {
      const before = blocked;
      blocked = new Set([...keys.map(topicKey), ...blockedSinceRefresh]);
      return !before.isSubsetOf(blocked);
    },
    get blockedCount() {
      return blocked.size;
    },
    clear: () => {
      blocked.clear();
      blockedSinceRefresh.clear();
      backedOffUntil.clear();
    },
  };
};
