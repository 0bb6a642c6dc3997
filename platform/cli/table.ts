export interface Column<Row> {
  head: string;
  cell: (row: Row) => string | number;
  /** Longer cells are cut; the last column takes the remainder of the line. */
  most?: number;
}

const width = 100;
const gap = '  ';

/** Formats rows as aligned columns, at most 100 characters wide; the last column is wrapped. */
export const table = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string => {
  const cells = rows.map((row) => columns.map((column) => cut(String(column.cell(row)), column)));
  const widths = columns.map(({ head }, at) =>
    Math.max(head.length, ...cells.map((line) => line[at]?.length ?? 0)),
  );
  const before = widths.slice(0, -1).reduce((sum, each) => sum + each + gap.length, 0);
  const left = Math.max(20, width - before);
  const print = (line: readonly string[]): string => {
    const [head = '', ...rest] = wrap(line.at(-1) ?? '', left);
    const start = line.slice(0, -1).map((cell, at) => cell.padEnd(widths[at] ?? 0));
    return [
      [...start, head].join(gap).trimEnd(),
      ...rest.map((each) => ' '.repeat(before) + each),
    ].join('\n');
  };
  return [columns.map(({ head }) => head), ...cells].map(print).join('\n');
};

const cut = (text: string, { most }: { most?: number }): string =>
  most !== undefined && text.length > most ? `${text.slice(0, most - 1)}…` : text;

const wrap = (text: string, most: number): string[] => {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + 1 + word.length > most) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
};
