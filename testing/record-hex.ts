type Bytes = string | Buffer | null | undefined;

export interface RecordInput {
  key?: Bytes;
  value?: Bytes;
  headers?: Record<string, Exclude<Bytes, null | undefined> | (string | Buffer)[]>;
  timestampDelta?: number | bigint;
  offsetDelta?: number;
}

/** Encodes a record of Kafka's message format 2, following the specification; simple rather than fast. */
export const recordHex = ({
  key,
  value,
  headers = {},
  timestampDelta = 0,
  offsetDelta = 0,
}: RecordInput): string => {
  const pairs = Object.entries(headers).flatMap(([name, each]) =>
    [each].flat().map((one) => sized(name) + sized(one)),
  );
  const attributes = '00';
  const body =
    attributes +
    varint(BigInt(timestampDelta)) +
    varint(BigInt(offsetDelta)) +
    sized(key) +
    sized(value) +
    varint(BigInt(pairs.length)) +
    pairs.join('');
  return varint(BigInt(body.length / 2)) + body;
};

const sized = (bytes: Bytes): string => {
  if (bytes === null || bytes === undefined) return varint(-1n);
  const content = Buffer.from(bytes as string);
  return varint(BigInt(content.length)) + content.toString('hex');
};

/**
 * Encodes zigzag (0, -1, 1, -2 become 0, 1, 2, 3), then seven bits a byte, lowest first, with the high bit set while
 * more follow.
 */
const varint = (number: bigint): string => {
  let rest = number < 0n ? -number * 2n - 1n : number * 2n;
  let bytes = '';
  do {
    const more = rest > 0x7fn ? 0x80n : 0n;
    bytes += ((rest & 0x7fn) | more).toString(16).padStart(2, '0');
    rest >>= 7n;
  } while (rest > 0n);
  return bytes;
};
