export interface BoundsDeps {
  /** Returns the highest `seq` allocated so far, once all transactions with a lower one have ended. */
  readBound: () => Promise<string | undefined>;
  monotonicMs: () => number;
  /** A pass that needs no bound still takes one this often, because the floor rises by it. */
  boundEveryMs: number;
}

/** The bounds of one pass: the one taken before it began, and the one that it takes for the next pass. */
export interface PassBounds {
  readonly before: string | undefined;
  take(isNeeded: boolean): void;
  /** Resolves when no bound is being taken. */
  settled(): Promise<unknown>;
  /** The pass succeeded: the next one may use the bound that it took. */
  keep(): Promise<void>;
}

/** A bound is used by one pass only; a failed pass leaves none. */
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
          // `keep` awaits it, but a failed pass never calls `keep`
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
