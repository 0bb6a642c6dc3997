import { promisify } from 'node:util';
import { gzip, unzip, zstdCompress, zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';
import { unlz4 } from './lz4.ts';
import { unsnappy } from './snappy.ts';

interface Encoder {
  buffer: Buffer;
}

export interface Codec {
  compress: (encoder: Encoder) => Promise<Buffer>;
  decompress: (bytes: Buffer) => Promise<Buffer>;
}

/**
 * The most that the records of one batch may take when decompressed. Batches are at most a megabyte by a
 * broker's default; anything beyond this limit is a bomb or a mistake, and is refused before it takes the
 * memory.
 */
export const decompressedLimitBytes = 64 * 1024 * 1024;

const limit = { maxOutputLength: decompressedLimitBytes };
const inflate = promisify(unzip) as (bytes: Buffer, options: object) => Promise<Buffer>;
const zstdInflate = promisify(zstdDecompress) as (
  bytes: Buffer,
  options: object,
) => Promise<Buffer>;

const cannotCompress = (name: string) => (): Promise<Buffer> =>
  Promise.reject(new Error(`this client reads ${name} and does not write it`));

const codecs: Record<'GZIP' | 'Snappy' | 'LZ4' | 'ZSTD', Codec> = {
  GZIP: {
    compress: ({ buffer }) => promisify(gzip)(buffer),
    decompress: (bytes) => inflate(bytes, limit),
  },
  Snappy: {
    compress: cannotCompress('snappy'),
    decompress: (bytes) => Promise.try(unsnappy, bytes, decompressedLimitBytes),
  },
  LZ4: {
    compress: cannotCompress('lz4'),
    decompress: (bytes) => Promise.try(unlz4, bytes, decompressedLimitBytes),
  },
  ZSTD: {
    compress: ({ buffer }) => promisify(zstdCompress)(buffer),
    decompress: (bytes) => zstdInflate(bytes, limit),
  },
};

/**
 * Makes kafkajs, which is one module per process, read every compression of Kafka's producers and brokers.
 */
export const useCodecs = (): void => {
  const { CompressionCodecs: used, CompressionTypes: types } = kafkajs;
  used[types.GZIP] = () => codecs.GZIP;
  used[types.Snappy] = () => codecs.Snappy;
  used[types.LZ4] = () => codecs.LZ4;
  used[types.ZSTD] = () => codecs.ZSTD;
};
