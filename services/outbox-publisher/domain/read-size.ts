import type { UnsentRow } from './row.ts';

/** How many rows to ask for, so that a read holds about so many bytes, whatever size the rows have. */
export interface ReadSize {
  rows(): number;
  /** What a read found is what the next one expects. */
  note(rows: readonly UnsentRow[]): void;
  /** A read failed: it may have taken too long for what it had to carry. */
  shrink(): void;
}

/** Of one read, about: one is on the wire while another is read. */
export const mostReadBytes = 16_000_000;
/** With 1 MB, the most that a message may have, this many rows are 16 MB. */
const carefulRows = 16;
/** More than any read asks for. */
const mostRows = 65_536;

/** Begins careful; grows by doubling, falls at once. It is to outlive the passes. */
export const createReadSize = (mostBytes = mostReadBytes): ReadSize => {
  let limit = carefulRows;
  return {
    rows: () => limit,
    note: (rows) => {
      // nothing was learnt
      if (rows.length === 0) return;
      const bytes = rows.reduce((sum, { payload }) => sum + payload.length, 0);
      const fitting = Math.floor((mostBytes * rows.length) / Math.max(1, bytes));
      limit = Math.max(1, Math.min(limit * 2, fitting, mostRows));
    },
    shrink: () => {
      limit = limit > carefulRows ? carefulRows : Math.max(1, Math.floor(limit / 2));
    },
  };
};
