/** The number of buckets over which keys are spread, and which publishers share. It must never change. */
export const bucketCount = 64;

/**
 * Returns the bucket of a key: 32-bit FNV-1a of its UTF-8 bytes, modulo 64. It is stored in every outbox row,
 * so it must never change: two rows of one key in different buckets could have two owners.
 */
export const bucketOf = (key: string): number => {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(key, 'utf8')) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash >>> 0) % bucketCount;
};
