export interface BoundsDeps {
  /** The highest `seq` given out so far, when all that took a lower one has ended. */
  readBound: () => Promise<string | undefined>;
  monotonicMs: () => number;
  /** A pass that can do without takes one so often all the same: the floor rises by it. */
  boundEveryMs: number;
}

/** The bounds of one pass: the one that was taken before it began, and the one that it takes for the next. */
export interface PassBounds {
  readonly before: string | undefined;
  take(isNeeded: boolean): void;
  /** Resolves when nothing is under way. */
  settled(): Promise<unknown>;
  /** The pass did well: the next one may use the bound that it took. */
  keep(): Promise<void>;
}

/** A bound counts for one pass only; one that failed leaves none. */
export const createBounds = (deps: BoundsDeps): { startPass: () => PassBounds } => {
  let kept: string | undefined;
  let dueMs = 0;
  return {
    startPass: () => {
      const before = kept;
      kept = undefined;
      let taking: Promise<string | undefined> | undefined;
      return {
        before,
        take: (isNeeded) => {
          const nowMs = deps.monotonicMs();
          if (taking !== undefined || (!isNeeded && nowMs < dueMs)) return;
          dueMs = nowMs + deps.boundEveryMs;
          taking = deps.readBound();
          // looked at by `keep`, which a failed pass does not reach
          taking.catch(() => undefined);
        },
        settled: () => Promise.allSettled([taking]),
        keep: async () => {
          kept = await taking;
        },
      };
    },
  };
};
