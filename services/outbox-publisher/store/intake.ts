import type { CustomTypesConfig } from 'pg';
import { bigintTypes } from '#platform/database/types.ts';

/** What is kept of one statement's answer. */
export interface Intake {
  /** The statement's `types`. */
  readonly types: CustomTypesConfig;
  /** The rows that were kept whole, from the first on. */
  readonly kept: <Row extends unknown[]>(rows: Row[]) => Row[];
}

const left = '';

/**
 * Keeps rows until they hold so many characters; the ones behind are dropped value by value as they come from
 * the wire, so that memory stays bounded whatever size they have. The first column must never be empty.
 */
export const createIntake = (mostChars: number): Intake => {
  let columns = 0;
  let chars = 0;
  let isFull = false;
  const getTypeParser: typeof bigintTypes.getTypeParser = (oid, format) => {
    const parse = bigintTypes.getTypeParser(oid, format) as (value: string) => unknown;
    const isFirst = columns === 0;
    columns += 1;
    return (value: string) => {
      if (isFirst) isFull = chars >= mostChars;
      if (isFull) return left;
      chars += value.length;
      return parse(value);
    };
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
