/**
 * How many of a source's buckets a member should own: equal shares, with the remainder for the members that
 * joined first. Every member computes the same answer from the same list.
 */
export const fairShare = (bucketCount: number, epochs: readonly bigint[], mine: bigint): number => {
  const rank = epochs.filter((epoch) => epoch < mine).length;
  const share = Math.floor(bucketCount / epochs.length);
  return share + (rank < bucketCount % epochs.length ? 1 : 0);
};
