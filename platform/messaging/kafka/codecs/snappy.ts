import { createByteReader, type ByteReader } from './byte-reader.ts';
import { createGrowingBuffer, tooBig, type GrowingBuffer } from './growing-buffer.ts';

// This is the header of Java's clients (https://github.com/xerial/snappy-java, SnappyCodec); two version numbers
// follow it.
const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const xerialHeaderBytes = xerialMagic.length + 8;

/** Decompresses data that Kafka's clients call snappy: one raw block, or raw blocks in xerial's frames. */
export const unsnappy = (bytes: Buffer, limitBytes: number): Buffer => {
  const output = createGrowingBuffer(limitBytes);
  if (!bytes.subarray(0, xerialMagic.length).equals(xerialMagic)) {
    readBlock(bytes, output, limitBytes);
    return output.bytes();
  }
  const reader = createByteReader(bytes);
  reader.take(xerialHeaderBytes);
  while (!reader.isAtEnd()) {
    const size = reader.take(4).readUInt32BE();
    // Another stream follows, whose header is skipped.
    if (size === xerialMagic.readUInt32BE()) reader.take(xerialHeaderBytes - 4);
    else readBlock(reader.take(size), output, limitBytes);
  }
  return output.bytes();
};

/**
 * Reads a raw block, which is defined in https://github.com/google/snappy/blob/main/format_description.txt: its
 * size, then elements.
 */
const readBlock = (bytes: Buffer, output: GrowingBuffer, limitBytes: number): void => {
  const reader = createByteReader(bytes);
  const start = output.length();
  const size = readSize(reader);
  if (start + size > limitBytes) throw tooBig(limitBytes);
  while (!reader.isAtEnd()) {
    readElement(reader, output, start);
    if (output.length() - start > size)
      throw new Error(`it contains more than the ${size} bytes that it declares`);
  }
  if (output.length() - start < size)
    throw new Error(`it contains less than the ${size} bytes that it declares`);
};

const readSize = (reader: ByteReader): number => {
  let size = 0;
  for (let place = 0; place < 5; place += 1) {
    const byte = reader.byte();
    size += (byte & 0x7f) * 2 ** (7 * place);
    if (byte < 0x80) return size;
  }
  throw new Error('it does not declare its size');
};

const readElement = (reader: ByteReader, output: GrowingBuffer, start: number): void => {
  const tag = reader.byte();
  const kind = tag & 3;
  if (kind === 0) {
    const told = tag >>> 2;
    output.append(reader.take(1 + (told < 60 ? told : reader.uint(told - 59))));
    return;
  }
  const count = kind === 1 ? 4 + ((tag >>> 2) & 7) : 1 + (tag >>> 2);
  const distance =
    kind === 1 ? ((tag >>> 5) << 8) | reader.byte() : reader.uint(kind === 2 ? 2 : 4);
  if (distance > output.length() - start) throw new Error('it refers to what is before its block');
  output.repeat(distance, count);
};
