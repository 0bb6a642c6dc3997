import { createByteReader, type ByteReader } from './byte-reader.ts';
import { createGrowingBuffer, type GrowingBuffer } from './growing-buffer.ts';

const frameMagic = 0x184d2204;
const skippableMagic = 0x184d2a50;
const flag = {
  version: 0xc0,
  blockChecksum: 0x10,
  contentSize: 8,
  contentChecksum: 4,
  dictionary: 1,
};
const isStored = 0x80000000;
const checksumBytes = 4;
const shortestMatch = 4;

/**
 * Decompresses LZ4 frames (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md), whether their blocks
 * refer to each other or not. Their own checksums are ignored, because Kafka's covers the whole batch.
 */
export const unlz4 = (bytes: Buffer, limitBytes: number): Buffer => {
  const reader = createByteReader(bytes);
  const output = createGrowingBuffer(limitBytes);
  do {
    const magic = reader.uint(4);
    if (magic === frameMagic) readFrame(reader, output);
    else if ((magic & ~0xf) === skippableMagic) reader.take(reader.uint(4));
    else throw new Error('it is no LZ4 frame');
  } while (!reader.isAtEnd());
  return output.bytes();
};

const readFrame = (reader: ByteReader, output: GrowingBuffer): void => {
  const flags = reader.byte();
  if ((flags & flag.version) !== 0x40) throw new Error('it is an LZ4 frame of an unknown version');
  if (flags & flag.dictionary) throw new Error('it is an LZ4 frame that needs a dictionary');
  reader.byte(); // This is the largest size of a block, which is not needed.
  if (flags & flag.contentSize) reader.take(8);
  reader.byte(); // This is the checksum of the frame's header.
  const start = output.length();
  for (;;) {
    const told = reader.uint(4);
    if (told === 0) break;
    const block = reader.take(told & ~isStored);
    if (told >= isStored) output.append(block);
    else readBlock(block, output, start);
    if (flags & flag.blockChecksum) reader.take(checksumBytes);
  }
  if (flags & flag.contentChecksum) reader.take(checksumBytes);
};

/** Literals alternate with repetitions of earlier bytes; the last literals have no repetition. */
const readBlock = (block: Buffer, output: GrowingBuffer, start: number): void => {
  const reader = createByteReader(block);
  while (!reader.isAtEnd()) {
    const token = reader.byte();
    output.append(reader.take(readCount(reader, token >>> 4)));
    if (reader.isAtEnd()) return;
    const distance = reader.uint(2);
    if (distance > output.length() - start)
      throw new Error('it refers to what is before its frame');
    output.repeat(distance, shortestMatch + readCount(reader, token & 15));
  }
};

const readCount = (reader: ByteReader, told: number): number => {
  let count = told;
  if (told < 15) return count;
  for (;;) {
    const more = reader.byte();
    count += more;
    if (more < 255) return count;
  }
};
