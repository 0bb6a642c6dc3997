/** One message of a stream of Connect's protocol; `isEnd` marks the last one, which has the error if there is one. */
export interface Frame {
  isEnd: boolean;
  json: unknown;
}

const headBytes = 5;
const endFlag = 2;

/** Writes a message of a stream. */
export const toFrame = (json: unknown): Uint8Array<ArrayBuffer> => {
  const text = new TextEncoder().encode(JSON.stringify(json));
  const frame = new Uint8Array(headBytes + text.length);
  new DataView(frame.buffer).setUint32(1, text.length);
  frame.set(text, headBytes);
  return frame;
};

/** Reads the messages of a stream from its bytes, however they are cut. */
export const readFrames = async function* (
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Frame> {
  let bytes: Uint8Array = new Uint8Array();
  for await (const chunk of chunks) {
    bytes = join(bytes, chunk);
    for (let end = endOf(bytes); end !== undefined; end = endOf(bytes)) {
      const text = new TextDecoder().decode(bytes.subarray(headBytes, end));
      yield { isEnd: ((bytes[0] ?? 0) & endFlag) !== 0, json: JSON.parse(text) as unknown };
      bytes = bytes.subarray(end);
    }
  }
};

/** Where the first message ends; undefined when not all of it has come. */
const endOf = (bytes: Uint8Array): number | undefined => {
  if (bytes.length < headBytes) return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
  return bytes.length < headBytes + length ? undefined : headBytes + length;
};

const join = (first: Uint8Array, second: Uint8Array): Uint8Array => {
  if (first.length === 0) return second;
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
};
