/** The time during which Telegram has asked this process to send no requests. */
export interface RateLimit {
  /** Milliseconds until requests are allowed again; 0 when they are. */
  leftMs: () => number;
  /** Extends the pause, as Telegram has asked. */
  pauseFor: (ms: number) => void;
}

export const createRateLimit = (nowMs: () => number): RateLimit => {
  let untilMs = 0;
  return {
    leftMs: () => Math.max(0, untilMs - nowMs()),
    pauseFor: (ms) => {
      untilMs = Math.max(untilMs, nowMs() + ms);
    },
  };
};
