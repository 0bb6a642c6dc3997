import { MultiBar } from 'cli-progress';

/** Shows how far a command has come, on stderr. */
export interface ProgressBar<Facts> {
  /** What does not change may be left out. */
  update: (change: { value?: number; facts?: Partial<Facts> }) => void;
  /** Prints a line above the bar. */
  note: (text: string) => void;
  close: () => void;
}

export interface ProgressBarOptions<Facts> {
  /** In the words of cli-progress, with the names of the facts in braces. */
  format: string;
  /** The value at the end. */
  total: number;
  /** What is shown beside the bar, as it is at the beginning. */
  facts: Facts;
}

// so that the whole line fits into 80 columns
const barsize = 20;

/** Draws a bar on stderr when it is a terminal; otherwise shows notes only. */
export const openProgressBar = <Facts extends object>(
  options: ProgressBarOptions<Facts>,
): ProgressBar<Facts> => {
  const { format, total, facts } = options;
  const stream = process.stderr;
  if (!stream.isTTY) {
    return {
      update: () => undefined,
      note: (text) => void stream.write(`${text}\n`),
      close: () => undefined,
    };
  }
  // Of the two kinds of bars this is the one that can print lines above itself. It changes nothing in the terminal
  // that would have to be set back, so Ctrl-C may end the process at any time.
  const bars = new MultiBar({ stream, format, linewrap: true, emptyOnZero: true, barsize });
  const bar = bars.create(total, 0, facts);
  return {
    update: ({ value, facts: changed = {} }) => {
      if (value === undefined) bar.update(changed);
      else bar.update(value, changed);
    },
    note: (text) => bars.log(`${text}\n`),
    close: () => {
      // prints the lines that were logged since the last time the bar was drawn
      bars.update();
      bars.stop();
    },
  };
};
