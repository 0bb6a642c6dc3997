import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { ReportFormat, ReportLines } from '../usecases/export-report.ts';

// about 100 kB. With the longest reasons it is 800 kB; a message may have 1 MiB.
const pageSize = 500;

const time = (column: string): string => `to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

interface Column {
  name: string;
  /** Where it comes from, in SQL. */
  value: string;
  /** A `text` may hold anything; what is `plain` needs no escape in either format. Default `plain`. */
  kind?: 'number' | 'text';
}

const columns: readonly Column[] = [
  { name: 'order_id', value: 'order_id' },
  { name: 'user_id', value: 'user_id' },
  { name: 'status', value: 'status' },
  { name: 'amount_minor', value: 'amount_minor', kind: 'number' },
  { name: 'from', value: 'origin' },
  { name: 'to', value: 'destination' },
  { name: 'date', value: 'flight_date' },
  { name: 'time', value: 'flight_time' },
  { name: 'airline', value: 'airline' },
  { name: 'reason', value: 'reason', kind: 'text' },
  { name: 'created_at', value: time('created_at') },
  { name: 'authorized_at', value: time('authorized_at') },
  { name: 'issued_at', value: time('issued_at') },
  { name: 'updated_at', value: time('updated_at') },
];

/** The first line of a CSV. */
export const csvHeader = `${columns.map(({ name }) => name).join(',')}\n`;

const csvValue = ({ value, kind }: Column): string =>
  kind === 'text' ? `'"' || replace(${value}, '"', '""') || '"'` : value;

/** The member of a JSON object, with a comma before it; NULL when the value is. */
const jsonMember = ({ name, value, kind }: Column): string => {
  if (kind === 'number') return `',"${name}":' || ${value}`;
  if (kind === 'text') return `',"${name}":' || to_json(${value})`;
  return `',"${name}":"' || ${value} || '"'`;
};

// `concat` takes NULL for an empty text
const lineIn: Readonly<Record<ReportFormat, string>> = {
  CSV: `concat(${columns.map(csvValue).join(`, ',', `)}, E'\\n')`,
  JSONL: `concat('{', substr(concat(${columns.map(jsonMember).join(', ')}), 2), E'}\\n')`,
};

interface PageRow {
  orders: number;
  lines: string | null;
  last_id: string | null;
}

// Of a range with both ends Postgres expects few rows, and sorts all of them for each page; so the end comes last.
const prepare = (format: ReportFormat) =>
  prepareStatement<PageRow>(
    `booking_report_${format}`,
    `SELECT count(*)::int AS orders, string_agg(line, '' ORDER BY order_id) AS lines,
            (array_agg(order_id ORDER BY order_id DESC))[1] AS last_id
       FROM (SELECT order_id, ${lineIn[format]} AS line
               FROM (SELECT * FROM booking.report_orders
                      WHERE order_id > $1 ORDER BY order_id LIMIT ${pageSize}) next
              WHERE order_id < $2) page`,
  );

const selectPage = { CSV: prepare('CSV'), JSONL: prepare('JSONL') };

/** Reads the next lines of a report, written by the database; undefined when there are no more. */
export const readReportLines =
  (pool: Queryable) =>
  async (
    format: ReportFormat,
    { afterId, endId }: { afterId: string; endId: string },
  ): Promise<ReportLines | undefined> => {
    const [row] = await selectPage[format](pool, [afterId, endId]);
    if (row?.lines == null || row.last_id === null) return undefined;
    return { lines: row.lines, orders: row.orders, lastId: row.last_id };
  };
