import { openProgressBar } from '#platform/cli/progress-bar.ts';
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

/** Draws a bar on stderr when it is a terminal; otherwise shows notes only. */
export const openImportProgress = (totalBytes: number | undefined): ImportProgress => {
  const { update, note, close } = openProgressBar({
    format: totalBytes === undefined ? withoutTotal : withTotal,
    total: totalBytes ?? Number.MAX_SAFE_INTEGER,
    facts: { lines: 0, failed: 0 },
  });
  return {
    sent: (bytes) => update({ value: bytes }),
    counted: ({ lines, failed }) => update({ facts: { lines, failed } }),
    note,
    close,
  };
};
