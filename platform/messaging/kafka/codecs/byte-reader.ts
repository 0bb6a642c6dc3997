/** Reads bytes one after the other, and refuses to read beyond their end. */
export interface ByteReader {
  isAtEnd: () => boolean;
  byte: () => number;
  /** Reads a number of one to four bytes, little-endian. */
  uint: (size: number) => number;
  take: (count: number) => Buffer;
}

export const createByteReader = (bytes: Buffer): ByteReader => {
  let at = 0;
  const advance = (count: number): number => {
    if (count > bytes.length - at)
      throw new Error(`it ends within ${count} bytes at its byte ${at}`);
    const from = at;
    at += count;
    return from;
  };
  return {
    isAtEnd: () => at === bytes.length,
    byte: () => bytes.readUInt8(advance(1)),
    uint: (size) => bytes.readUIntLE(advance(size), size),
    take: (count) => {
      const from = advance(count);
      return bytes.subarray(from, from + count);
    },
  };
};
