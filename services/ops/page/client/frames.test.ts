import { readFrames, toFrame } from './frames.ts';

const end = (json: unknown): Uint8Array => {
  const frame = toFrame(json);
  frame[0] = 2;
  return frame;
};

const inPieces = async function* (bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size)
    yield await Promise.resolve(bytes.subarray(at, at + size));
};

test.each([1, 3, 7, 1_000])(
  'messages are read however they are cut: %i bytes at once',
  async (size) => {
    const messages = [{ text: 'grüße' }, {}, { more: [1, 2] }];
    const frames = [...messages.map(toFrame), end({ error: { code: 'unavailable' } })];
    const read: unknown[] = [];
    for await (const frame of readFrames(
      inPieces(new Uint8Array(frames.flatMap((frame) => [...frame])), size),
    ))
      read.push(frame);
    expect(read).toEqual([
      ...messages.map((json) => ({ isEnd: false, json })),
      { isEnd: true, json: { error: { code: 'unavailable' } } },
    ]);
  },
);
