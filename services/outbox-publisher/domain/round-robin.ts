/** Chooses which buckets to read when not all can be read at once, so that none starves. */
export interface RoundRobin {
  /** Returns the next buckets, at most `count`. */
  next(buckets: readonly number[], count: number): readonly number[];
  /** The next call begins with this bucket, because it was not read to the end. */
  beginWith(bucket: number): void;
}

/** Kept across passes; otherwise passes of a single read would always begin at the same bucket. */
export const createRoundRobin = (): RoundRobin => {
  let first: number | undefined;
  return {
    next: (buckets, count) => {
      // begins with the first of the buckets when the bucket it should begin with is no longer ours
      const start = first === undefined ? 0 : Math.max(0, buckets.indexOf(first));
      if (count < buckets.length) first = buckets[(start + count) % buckets.length];
      else if (start === 0) return buckets;
      return [...buckets.slice(start), ...buckets.slice(0, start)].slice(0, count);
    },
    beginWith: (bucket) => {
      first = bucket;
    },
  };
};
