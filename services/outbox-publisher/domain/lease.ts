/** The right of a member to publish, for as long as the lease lasts. */
export interface Lease {
  readonly epoch: bigint;
  /**
   * On the monotonic clock of this process, counted from before the request that obtained it: never later
   * than what the database grants.
   */
  readonly validUntilMs: number;
}

/** The lease has ended: nothing more may be sent or marked under its epoch. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/**
 * Fixed, because the values depend on each other: a send must have ended, one way or the other, before its
 * lease does.
 */
export const timing = {
  /** For how long the database grants a lease from each renewal. */
  leaseMs: 5_000,
  /** The time between two renewals. */
  renewIntervalMs: 1_000,
  /** For sending a request, with its retries. */
  sendDeadlineMs: 3_000,
  /** For a single try of it. */
  requestTimeoutMs: 2_000,
};
