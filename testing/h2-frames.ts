/** One frame of HTTP/2. */
export interface Frame {
  type: number;
  flags: number;
  stream: number;
  /** Added to the true length in the frame header, so that the header lies. */
  lie: number;
  payload: Uint8Array;
}

export const toBytes = ({ type, flags, stream, lie, payload }: Frame): Buffer => {
  const head = Buffer.alloc(9);
  head.writeUIntBE((payload.length + lie) & 0xff_ffff, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream >>> 0, 5);
  return Buffer.concat([head, payload]);
};

export const frame = (type: number, rest: Partial<Frame> = {}): Buffer =>
  toBytes({ type, flags: 0, stream: 0, lie: 0, payload: Buffer.alloc(0), ...rest });

/** The client's connection preface, with an empty SETTINGS frame. */
export const preface = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(4)]);

/** Encodes a header block of HPACK literals that are not added to the dynamic table. */
export const headerBlock = (headers: readonly (readonly [string, string])[]): Buffer =>
  Buffer.concat(headers.flatMap(([name, value]) => [Buffer.of(0), literal(name), literal(value)]));

const literal = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([lengthOf(bytes.length), bytes]);
};

/** An HPACK integer with a prefix of 7 bits. */
const lengthOf = (length: number): Buffer => {
  if (length < 127) return Buffer.of(length);
  const bytes = [127];
  let rest = length - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
};
