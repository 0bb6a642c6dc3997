/** A buffer for decompressed bytes with an upper limit. */
export interface GrowingBuffer {
  readonly length: () => number;
  append: (bytes: Buffer) => void;
  /**
   * Appends `count` bytes from `distance` before the end; the range may reach beyond the end, and then the bytes up to
   * the end are repeated.
   */
  repeat: (distance: number, count: number) => void;
  bytes: () => Buffer;
}

const firstBytes = 16 * 1024;

/**
 * Creates a buffer that grows up to the limit; data that would exceed it are refused before anything is written.
 */
export const createGrowingBuffer = (limitBytes: number): GrowingBuffer => {
  let buffer = Buffer.allocUnsafe(Math.min(firstBytes, limitBytes));
  let length = 0;
  const makeRoom = (count: number): void => {
    const needed = length + count;
    if (needed > limitBytes) throw tooBig(limitBytes);
    if (needed <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.min(Math.max(needed, buffer.length * 2), limitBytes));
    buffer.copy(larger, 0, 0, length);
    buffer = larger;
  };
  return {
    length: () => length,
    append: (bytes) => {
      makeRoom(bytes.length);
      bytes.copy(buffer, length);
      length += bytes.length;
    },
    repeat: (distance, count) => {
      if (distance < 1 || distance > length)
        throw new Error(`it refers to ${distance} bytes before its byte ${length}`);
      makeRoom(count);
      const end = length + count;
      // The copied bytes become part of the source, so each round copies twice as much as the previous one.
      while (length < end) {
        const from = end - count - distance;
        const size = Math.min(length - from, end - length);
        buffer.copy(buffer, length, from, from + size);
        length += size;
      }
    },
    bytes: () => buffer.subarray(0, length),
  };
};

/** The error for data that decompresses to more than is allowed. */
export const tooBig = (limitBytes: number): Error =>
  new Error(`it decompresses to more than ${limitBytes} bytes`);
