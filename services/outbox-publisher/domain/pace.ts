/** Doubles from the first up to the highest. */
interface Growing {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** How long the work on a source waits for what. A test may hurry. */
export interface Pace {
  /** A new pass at least this often: it starts from the floor and finds what committed late. */
  readonly maxPassMs: number;
  /** A look below the floors this often, unless that takes long: finds what somebody put back without a word. */
  readonly floorMs: number;
  /** Between two looks at an outbox without unsent rows; a wake-up cuts it short. */
  readonly poll: Growing;
  /** After a failure. */
  readonly retry: Growing;
  /** Of a key after a refused message. */
  readonly rest: Growing;
  /** For a broker's answer, while others could go on. */
  readonly patienceMs: number;
  /** Lease beyond the send's own deadline, for the answer's way back through this process. */
  readonly marginMs: number;
}

export const usualPace: Pace = {
  maxPassMs: 1_000,
  floorMs: 10_000,
  poll: { firstMs: 10, maxMs: 1_000 },
  retry: { firstMs: 100, maxMs: 5_000 },
  rest: { firstMs: 500, maxMs: 10_000 },
  patienceMs: 500,
  marginMs: 300,
};
