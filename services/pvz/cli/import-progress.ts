import { MultiBar } from 'cli-progress';
import type { ImportCounts } from './import-answer.ts';

/** Shows how far an import has come. */
export interface ImportProgress {
  /** How many bytes of the file were sent so far. */
  sent: (bytes: number) => void;
  counted: (counts: ImportCounts) => void;
  /** Prints a line on stderr, above the bar if there is one. */
  note: (text: string) => void;
  close: () => void;
}

const withTotal = '[{bar}] {percentage}% of the bytes | {lines} lines read, {failed} refused';
const withoutTotal = '{value} bytes sent | {lines} lines read, {failed} refused';
// so that the whole line fits into 80 columns
const barsize = 20;

/** Draws a bar on stderr when it is a terminal; otherwise shows notes only. */
export const openImportProgress = (totalBytes: number | undefined): ImportProgress => {
  const stream = process.stderr;
  if (!stream.isTTY) {
    return {
      sent: () => undefined,
      counted: () => undefined,
      note: (text) => void stream.write(`${text}\n`),
      close: () => undefined,
    };
  }
  const format = totalBytes === undefined ? withoutTotal : withTotal;
  // Of the two kinds of bars this is the one that can print lines above itself. It changes nothing in the terminal
  // that would have to be set back, so Ctrl-C may end the process at any time.
  const bars = new MultiBar({ stream, format, linewrap: true, emptyOnZero: true, barsize });
  const bar = bars.create(totalBytes ?? Number.MAX_SAFE_INTEGER, 0, { lines: 0, failed: 0 });
  return {
    sent: (bytes) => bar.update(bytes),
    counted: ({ lines, failed }) => bar.update({ lines, failed }),
    note: (text) => bars.log(`${text}\n`),
    close: () => {
      // prints the lines that were logged since the last time the bar was drawn
      bars.update();
      bars.stop();
    },
  };
};
