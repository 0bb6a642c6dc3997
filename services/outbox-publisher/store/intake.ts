import type { CustomTypesConfig } from 'pg';

/** Collects the answer of one statement. */
export interface Intake {
  /** The `types` option of the statement. */
  readonly types: CustomTypesConfig;
  /** Returns the rows that were kept whole, from the first on. */
  readonly kept: <Row extends unknown[]>(rows: Row[]) => Row[];
}

const dropped = '';

/**
 * Keeps rows as the text that came over the wire until they hold so many characters; values behind that are
 * dropped as they arrive, so that memory stays bounded whatever their size. The first column must never be
 * empty.
 */
export const createIntake = (mostChars: number): Intake => {
  let columns = 0;
  let chars = 0;
  let isFull = false;
  const keep = (value: string): string => {
    if (isFull) return dropped;
    chars += value.length;
    return value;
  };
  const keepFirst = (value: string): string => {
    isFull = chars >= mostChars;
    return keep(value);
  };
  const getTypeParser = () => {
    columns += 1;
    return columns === 1 ? keepFirst : keep;
  };
  return {
    types: { getTypeParser },
    kept: (rows) => {
      if (!isFull) return rows;
      return rows.slice(
        0,
        rows.findIndex(([first]) => first === dropped),
      );
    },
  };
};
