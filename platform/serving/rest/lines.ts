/** A line of an upload, without its end (LF or CR LF); undefined when it is longer than allowed. */
export type Line = Buffer | undefined;

const lineFeed = 0x0a;

/**
 * Splits the bytes of a body into lines, holding no more than one line in memory. The part of a line that is longer
 * than `maxBytes` is passed over, and the line is given as undefined. The last line needs no end.
 */
export const splitLines = async function* (
  chunks: AsyncIterable<Buffer>,
  maxBytes: number,
): AsyncGenerator<Line[]> {
  let rest: Buffer = Buffer.alloc(0);
  let isTooLong = false;
  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let from = 0;
    for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, from)) {
      const line = joined(rest, chunk.subarray(from, at));
      lines.push(isTooLong || line.length > maxBytes ? undefined : withoutReturn(line));
      rest = Buffer.alloc(0);
      isTooLong = false;
      from = at + 1;
    }
    const left = chunk.subarray(from);
    isTooLong ||= rest.length + left.length > maxBytes;
    rest = isTooLong ? Buffer.alloc(0) : joined(rest, left);
    if (lines.length > 0) yield lines;
  }
  if (isTooLong) yield [undefined];
  else if (rest.length > 0) yield [withoutReturn(rest)];
};

// Copied where it outlives its chunk, so that a short rest does not hold 64 KiB.
const joined = (rest: Buffer, piece: Buffer): Buffer =>
  rest.length === 0 ? Buffer.from(piece) : Buffer.concat([rest, piece]);

const carriageReturn = 0x0d;

const withoutReturn = (line: Buffer): Buffer =>
  line.at(-1) === carriageReturn ? line.subarray(0, -1) : line;
