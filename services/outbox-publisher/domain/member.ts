/** A running publisher as the database knows it. */
export interface Member {
  readonly epoch: bigint;
  readonly sources: readonly string[];
  /** Microseconds since 1970: an epoch by itself is there again in a database that was restored. */
  readonly joinedUs: string;
  readonly expiresAt: string;
}
