import type { CustomTypesConfig } from 'pg';

/** What is kept of one statement's answer. */
export interface Intake {
  /** The statement's `types`. */
  readonly types: CustomTypesConfig;
  /** The rows that were kept whole, from the first on. */
  readonly kept: <Row extends unknown[]>(rows: Row[]) => Row[];
}

const left = '';

/**
 * Keeps rows, as the text that the wire has, until they hold so many characters; the ones behind are dropped
 * value by value as they come, so that memory stays bounded whatever size they have. The first column must never
 * be empty.
 */
export const createIntake = (mostChars: number): Intake => {
  let columns = 0;
  let chars = 0;
  let isFull = false;
  const keep = (value: string): string => {
    if (isFull) return left;
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
        rows.findIndex(([first]) => first === left),
      );
    },
  };
};
