/** A member's right to publish, for as long as it lasts. */
export interface Lease {
  readonly epoch: bigint;
  /**
   * On the process's monotonic clock, counted from before the request that won it: never later than what
   * the database grants.
   */
  readonly validUntilMs: number;
}

/** The lease has ended: nothing may be sent or marked under its epoch any more. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** Fixed, because they hang together: a send has ended, one way or the other, before its lease does. */
export const timing = {
  leaseMs: 5_000,
  renewIntervalMs: 1_000,
  /** For a whole request with its retries, and for one try. */
  sendDeadlineMs: 3_000,
  requestTimeoutMs: 2_000,
};
