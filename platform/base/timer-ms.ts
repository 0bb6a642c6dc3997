/** A timer of Node lasts at most 24 days and 20 hours; a longer one would fire after a millisecond. */
export const longestTimerMs = 2 ** 31 - 1;

/** Limits a time to what a timer can last. A longer wait ends early, after 24 days, instead of at once. */
export const timerMs = (ms: number): number => Math.min(ms, longestTimerMs);
