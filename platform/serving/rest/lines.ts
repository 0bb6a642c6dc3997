/** A line of an upload, without its end (LF or CR LF); undefined when it is longer than allowed. */
export type Line = Buffer | undefined;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Splits the bytes of a body into lines, holding no more than a chunk and a line in memory. Lines are
 * views of their chunk, to be read before the next is asked for. The part of a line that is longer
 * than `maxBytes` is passed over, and the line is given as undefined. The last line needs no end.
 */
export const splitLines = async function* (
  chunks: AsyncIterable<Buffer>,
  maxBytes: number,
): AsyncGenerator<Line[]> {
  let begun: Line = empty;
  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let from = 0;
    for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, from)) {
      lines.push(ended(grown(begun, chunk.subarray(from, at), maxBytes)));
      begun = empty;
      from = at + 1;
    }
    const left = grown(begun, chunk.subarray(from), maxBytes);
    // copied, so that it does not keep its whole chunk
    begun = left && Buffer.from(left);
    if (lines.length > 0) yield lines;
  }
  if (begun?.length !== 0) yield [ended(begun)];
};

const empty = Buffer.alloc(0);

/** The line with more of it; undefined once it is too long. */
const grown = (line: Line, more: Buffer, maxBytes: number): Line => {
  if (line === undefined || line.length + more.length > maxBytes) return undefined;
  return line.length === 0 ? more : Buffer.concat([line, more]);
};

const ended = (line: Line): Line => (line?.at(-1) === carriageReturn ? line.subarray(0, -1) : line);
