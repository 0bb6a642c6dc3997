import { Code } from '@connectrpc/connect';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { acceptedCompressions } from './compression.ts';

const packers = { gzip: gzipSync, br: brotliCompressSync };
const garbage = Uint8Array.of(0, 0, 0, 5, 148, 1, 97, 3, 254);

test.each(acceptedCompressions.map(({ name }) => name))('%s', async (name) => {
  const { decompress } = acceptedCompressions.find((each) => each.name === name)!;
  const pack = packers[name as keyof typeof packers];
  const text = Buffer.from('hello '.repeat(100));
  expect(Buffer.from(await decompress(pack(text), 1_000))).toEqual(text);
  const wrong = { code: Code.InvalidArgument };
  await expect(decompress(garbage, 1_000)).rejects.toMatchObject(wrong);
  await expect(decompress(pack(text).subarray(0, 10), 1_000)).rejects.toMatchObject(wrong);
  const exhausted = { code: Code.ResourceExhausted };
  await expect(decompress(pack(text), 100)).rejects.toMatchObject(exhausted);
});
