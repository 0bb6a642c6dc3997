/** The buckets of one source that this process publishes, and the epoch under which it owns them. */
export interface Assignment {
  readonly epoch: bigint;
  readonly buckets: readonly number[];
}
