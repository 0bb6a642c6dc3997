/** A timer of Node runs 24 days and 20 hours at the most; of a longer one it makes a millisecond. */
export const longestTimerMs = 2 ** 31 - 1;

/** What a timer can run of so long a time. Whoever waits longer is woken early, after 24 days, and not at once. */
export const timerMs = (ms: number): number => Math.min(ms, longestTimerMs);
