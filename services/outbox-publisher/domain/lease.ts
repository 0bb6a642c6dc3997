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
