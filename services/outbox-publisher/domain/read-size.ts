import type { UnsentRow } from './row.ts';

/**
 * How many rows to ask for, so that a read returns about the same number of bytes whatever the size of the
 * rows.
 */
export interface ReadSize {
  rows(): number;
  /** The next read is sized by what this one found. */
  note(rows: readonly UnsentRow[]): void;
  /** A read failed, perhaps because it had to transfer too much. */
  shrink(): void;
}

/** About the size of one read; one is being sent while another is read. */
export const mostReadBytes = 16_000_000;
/** With messages of 1 MB, which is the maximum, this many rows are 16 MB. */
const initialRows = 16;
/** More than any read asks for. */
const mostRows = 65_536;

/** Begins small, grows by doubling and shrinks at once. It outlives the passes. */
export const createReadSize = (mostBytes = mostReadBytes): ReadSize => {
  let limit = initialRows;
  return {
    rows: () => limit,
    note: (rows) => {
      // an empty read tells nothing about the size of rows
      if (rows.length === 0) return;
      const bytes = rows.reduce((sum, { payload }) => sum + payload.length, 0);
      const fitting = Math.floor((mostBytes * rows.length) / Math.max(1, bytes));
      limit = Math.max(1, Math.min(limit * 2, fitting, mostRows));
    },
    shrink: () => {
      limit = limit > initialRows ? initialRows : Math.max(1, Math.floor(limit / 2));
    },
  };
};
