/** How long Telegram wants to be left alone by this process. */
export interface Patience {
  /** Milliseconds from now; 0: it may be called. */
  leftMs: () => number;
  /** Telegram asked for it. */
  keep: (ms: number) => void;
}

export const createPatience = (nowMs: () => number): Patience => {
  let untilMs = 0;
  return {
    leftMs: () => Math.max(0, untilMs - nowMs()),
    keep: (ms) => {
      untilMs = Math.max(untilMs, nowMs() + ms);
    },
  };
};
