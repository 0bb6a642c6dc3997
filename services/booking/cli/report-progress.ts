import { MultiBar } from 'cli-progress';

/** How far a report is. */
export interface ReportCounts {
  /** Orders that have been received, and those that the server has gathered so far. */
  received: number;
  gathered: number;
  /** From 0 to 1. */
  progress: number;
}

/** Shows how far a report is. */
export interface ReportProgress {
  counted: (counts: ReportCounts) => void;
  /** Prints a line on stderr, above the bar if there is one. */
  note: (text: string) => void;
  close: () => void;
}

const format = '[{bar}] {percentage}% | {received} of {gathered} orders gathered';
// so that the whole line fits into 80 columns
const barsize = 20;
const total = 1_000;

/** Draws a bar on stderr when it is a terminal; otherwise shows notes only. */
export const openReportProgress = (): ReportProgress => {
  const stream = process.stderr;
  if (!stream.isTTY)
    return {
      counted: () => undefined,
      note: (text) => void stream.write(`${text}\n`),
      close: () => undefined,
    };
  // this kind of bar can print lines above itself, and leaves nothing in the terminal to be set back
  const bars = new MultiBar({ stream, format, linewrap: true, emptyOnZero: true, barsize });
  const bar = bars.create(total, 0, { received: 0, gathered: 0 });
  return {
    counted: ({ received, gathered, progress }) =>
      bar.update(Math.floor(progress * total), { received, gathered }),
    note: (text) => bars.log(`${text}\n`),
    close: () => {
      // prints the lines that were logged since the last time the bar was drawn
      bars.update();
      bars.stop();
    },
  };
};
