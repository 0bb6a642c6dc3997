import type { ComponentChildren, JSX, TargetedKeyboardEvent } from 'preact';

export interface Row {
  key: string;
  cells: readonly ComponentChildren[];
}

export interface TableProps {
  /** What the table lists; read by screen readers, and shown where `isCaptionShown`. */
  caption: string;
  isCaptionShown?: boolean;
  head: readonly string[];
  rows: readonly Row[];
  /** The columns of numbers, from 0. */
  numbers?: readonly number[];
}

/**
 * A table whose rows the arrow keys go through, by the first link or button of each. Where it is too wide it scrolls; on a
 * narrow screen each row is a block, whose lines begin with the names of the columns.
 */
export const Table = (props: TableProps): JSX.Element => {
  const { caption, isCaptionShown = false, head, rows, numbers = [] } = props;
  const classOf = (column: number) => (numbers.includes(column) ? 'number' : '');
  return (
    <div class="wide" role="region" aria-label={caption} tabIndex={0}>
      {/* the roles are said, because a browser drops them where a row is shown as a block */}
      <table role="table" onKeyDown={moveByArrows}>
        <caption class={isCaptionShown ? '' : 'unseen'}>{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {head.map((title, column) => (
              <th key={title} role="columnheader" scope="col" class={classOf(column)}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map(({ key, cells }) => (
            <tr key={key} role="row">
              {cells.map((cell, column) => (
                <td key={head[column]} role="cell" class={classOf(column)} data-head={head[column]}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
};

const steps = new Map([
  ['ArrowDown', 1],
  ['ArrowUp', -1],
]);

const moveByArrows = (event: TargetedKeyboardEvent<HTMLTableElement>): void => {
  const step = steps.get(event.key);
  const row = event.target instanceof Element ? event.target.closest('tr') : null;
  if (step === undefined || row === null) return;
  const rows = [...event.currentTarget.tBodies].flatMap((body) => [...body.rows]);
  const next = rows[rows.indexOf(row) + step]?.querySelector<HTMLElement>('a[href], button');
  if (next === null || next === undefined) return;
  event.preventDefault();
  next.focus();
};
