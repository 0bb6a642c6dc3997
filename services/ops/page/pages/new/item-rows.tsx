import type { JSX } from 'preact';
import type { Values } from './form.tsx';

const mostRows = 20;

/** The name of a field in a row of items, from 0. */
export const nameInRow = (name: string, row: number): string =>
  row === 0 ? name : `${name}-${String(row + 1)}`;

/** What is typed in a field, row by row. */
export const valuesInRows = (values: Values, name: string): string[] =>
  Array.from({ length: mostRows }, (_, row) => values[nameInRow(name, row)]).filter(
    (value) => value !== undefined,
  );

export interface RowButtonsProps {
  /** What one row is, e.g. `article`. */
  noun: string;
  rows: number;
  onChange: (rows: number) => void;
}

/** Buttons by which an order gets one more row of items, or one less. */
export const RowButtons = ({ noun, rows, onChange }: RowButtonsProps): JSX.Element => (
  <div class="field row-acts">
    {rows < mostRows && (
      <button type="button" onClick={() => onChange(rows + 1)}>
        Add another {noun}
      </button>
    )}
    {rows > 1 && (
      <button type="button" onClick={() => onChange(rows - 1)}>
        Remove the last {noun}
      </button>
    )}
  </div>
);
