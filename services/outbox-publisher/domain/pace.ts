/** A delay that doubles from the first value up to the highest. */
interface Growing {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** The delays and intervals of the publishing loop; tests may shorten them. */
export interface Pace {
  /** A new pass starts at least this often: it reads from the floor and finds what committed late. */
  readonly maxPassMs: number;
  /**
   * How often rows below the floors are checked for, unless that takes long: it finds rows that were requeued
   * without a notification.
   */
  readonly floorMs: number;
  /** Between two reads of an outbox without unsent rows; a wake-up cuts it short. */
  readonly poll: Growing;
  /** After a failed pass. */
  readonly retry: Growing;
  /** Of a key after a refused message, or of a partition after a failed request. */
  readonly backoff: Growing;
  /** How long the requests to other brokers wait for a slow one. */
  readonly slowBrokerMs: number;
  /** Lease that must remain beyond the deadline of a send, so that its answer can still be processed. */
  readonly marginMs: number;
}

export const usualPace: Pace = {
  maxPassMs: 1_000,
  floorMs: 10_000,
  poll: { firstMs: 25, maxMs: 1_000 },
  retry: { firstMs: 100, maxMs: 5_000 },
  backoff: { firstMs: 500, maxMs: 10_000 },
  slowBrokerMs: 500,
  marginMs: 300,
};
