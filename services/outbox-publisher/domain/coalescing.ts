/** The time for which rows are gathered after a wake-up, which trades latency for CPU time. */
export interface Coalescing {
  /** Notes how long it took to read and send a few rows. */
  note: (tookMs: number) => void;
  /** Returns the milliseconds for which rows are gathered now. */
  windowMs: () => number;
}

// Where a request takes longer on average, a machine has no CPU left.
const quickMs = 5;
const longestMs = 50;
// so many requests make the average, roughly
const weight = 8;

/**
 * Gathers rows for at least `leastMs`; longer while requests are slow, because each costs the same however few rows it
 * carries. While they are quick, and `leastMs` is 0, a row is sent at once.
 */
export const createCoalescing = (leastMs: number): Coalescing => {
  let averageMs = 0;
  return {
    note: (tookMs) => {
      averageMs += (tookMs - averageMs) / weight;
    },
    windowMs: () => Math.max(leastMs, Math.min(2 * (averageMs - quickMs), longestMs)),
  };
};
