const seed = 0x9747b28c;
const mix = 0x5bd1e995;

/**
 * Returns the partition that Kafka's default partitioner gives a text key; it is stable as long as the number
 * of partitions is.
 */
export const partitionOf = (key: string, partitions: number): number =>
  (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;

/** 32-bit murmur2 with Kafka's seed, as a signed integer. */
export const murmur2 = (bytes: Buffer): number => {
  const tail = bytes.length & ~3;
  let hash = seed ^ bytes.length;
  for (let at = 0; at < tail; at += 4) {
    const word = Math.imul(bytes.readInt32LE(at), mix);
    hash = Math.imul(hash, mix) ^ Math.imul(word ^ (word >>> 24), mix);
  }
  if (tail < bytes.length) {
    hash = Math.imul(hash ^ bytes.readUIntLE(tail, bytes.length - tail), mix);
  }
  hash = Math.imul(hash ^ (hash >>> 13), mix);
  return hash ^ (hash >>> 15);
};
