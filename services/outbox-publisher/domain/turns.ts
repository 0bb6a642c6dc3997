/** Whose turn it is where not all buckets can be read at once: none is left out for ever. */
export interface Turns {
  /** The next buckets, `count` of them at the most. */
  next(buckets: readonly number[], count: number): readonly number[];
  /** The next turn begins with this bucket: it was not read to the end. */
  beginWith(bucket: number): void;
}

/** It is to outlive the passes: many of them make a single read. */
export const createTurns = (): Turns => {
  let first: number | undefined;
  return {
    next: (buckets, count) => {
      // ours no longer: from the beginning
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
