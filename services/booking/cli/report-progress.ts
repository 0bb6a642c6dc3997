import { openProgressBar } from '#platform/cli/progress-bar.ts';

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

const total = 1_000;

/** Draws a bar on stderr when it is a terminal; otherwise shows notes only. */
export const openReportProgress = (): ReportProgress => {
  const { update, note, close } = openProgressBar({
    format: '[{bar}] {percentage}% | {received} of {gathered} orders gathered',
    total,
    facts: { received: 0, gathered: 0 },
  });
  return {
    counted: ({ progress, ...facts }) => update({ value: Math.floor(progress * total), facts }),
    note,
    close,
  };
};
