import type { Recorded } from './order-statements.ts';

/** Recorded values that differ in each transaction, with the SQL that computes them. */
export type Replacements = ReadonlyMap<string, string>;

/**
 * Builds a pgbench transaction from recorded statements: their texts unchanged, with values in place of the
 * parameters. Replacements for later statements may refer to columns of an earlier statement's rows.
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

/** Concatenates the fixed pieces of a text with the replaced ones. */
const toText = (text: string, replacements: Replacements): string => {
  const names = [...replacements.keys()].join('|');
  const pieces = text.split(new RegExp(`(${names})`)).filter((piece) => piece !== '');
  const sql = pieces.map((piece) => {
    const made = replacements.get(piece);
    // Text that looks like a pgbench variable is split, so that pgbench does not replace it.
    return made === undefined
      ? quote(piece).replaceAll(/:(?=[a-z_])/gi, ":' || '")
      : `(${made})::text`;
  });
  return sql.length === 1 ? (sql[0] ?? '') : `(${sql.join(' || ')})`;
};

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
