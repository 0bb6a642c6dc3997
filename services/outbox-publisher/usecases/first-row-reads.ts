import type { SeqFloor } from '../domain/seq-floor.ts';

export interface FirstRowReads {
  /** It is time for one. */
  isDue(): boolean;
  /** The next read is one. `mustGetThrough`: rows may lie below the floors from before. */
  begin(mustGetThrough: boolean): void;
  /** Rows lie below the floors from before: they are not to be had again. */
  lower(): void;
  /** It got through, in so long. */
  readonly tookMs: (tookMs: number) => void;
  /** It did not, as far as there was one: the floors from before hold again, unless rows may lie below. */
  failed(): void;
}

// of the time between two, the most that one may take: a snapshot held elsewhere that keeps what was sent from
// being cleared away makes it long
const share = 20;

/** Reads that begin at the very first row: when, and what becomes of the floors. */
export const createFirstRowReads = (
  floor: SeqFloor,
  { monotonicMs, everyMs }: { monotonicMs: () => number; everyMs: number },
): FirstRowReads => {
  let dueMs = 0;
  let begun: { sinceMs: number; undo: (() => void) | undefined } | undefined;
  return {
    isDue: () => monotonicMs() >= dueMs,
    begin: (mustGetThrough) => {
      const undo = floor.reset();
      begun = { sinceMs: monotonicMs(), undo: mustGetThrough ? undefined : undo };
      dueMs = begun.sinceMs + everyMs;
    },
    lower: () => {
      floor.reset();
      if (begun) begun.undo = undefined;
    },
    tookMs: (tookMs) => {
      if (begun) dueMs = Math.max(dueMs, monotonicMs() + share * tookMs);
      begun = undefined;
    },
    failed: () => {
      if (begun?.undo) {
        begun.undo();
        dueMs = monotonicMs() + share * (monotonicMs() - begun.sinceMs);
      }
      begun = undefined;
    },
  };
};
