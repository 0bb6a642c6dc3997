import type { Recorded } from './order-statements.ts';

/** What stands in recorded values for something else in each transaction, and the SQL that makes it. */
export type Replacements = ReadonlyMap<string, string>;

/**
 * A transaction of pgbench from recorded statements: their texts as they are, with the values in place of
 * the parameters. Columns of one statement's rows can be named in replacements for later ones.
 */
export const toScript = (statements: readonly Recorded[], replacements: Replacements): string =>
  statements.map((statement) => `${inline(statement, replacements)} \\aset\n`).join('');

const inline = ({ text, values }: Recorded, replacements: Replacements): string =>
  text.replaceAll(/\$(\d+)/g, (_, n: string) => toSql(values[Number(n) - 1], replacements));

const toSql = (value: unknown, replacements: Replacements): string => {
  if (Array.isArray(value))
    return `ARRAY[${value.map((one) => toSql(one, replacements)).join(', ')}]`;
  if (typeof value === 'bigint' || typeof value === 'number')
    return replacements.get(String(value)) ?? String(value);
  if (value instanceof Date) return quote(value.toISOString());
  if (typeof value === 'string') return toText(value, replacements);
  throw new Error(`a value of a statement is a ${typeof value}`);
};

/** Text in pieces, replaced ones between the others. */
const toText = (text: string, replacements: Replacements): string => {
  const names = [...replacements.keys()].join('|');
  const pieces = text.split(new RegExp(`(${names})`)).filter((piece) => piece !== '');
  const sql = pieces.map((piece) => {
    const made = replacements.get(piece);
    // what looks like a variable of pgbench is torn apart
    return made === undefined
      ? quote(piece).replaceAll(/:(?=[a-z_])/gi, ":' || '")
      : `(${made})::text`;
  });
  return sql.length === 1 ? (sql[0] ?? '') : `(${sql.join(' || ')})`;
};

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
