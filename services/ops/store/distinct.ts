/**
 * A recursive CTE with the distinct values in the first columns of an index: it reads one entry per value,
 * however many rows have it, and whatever the statistics say. With `where`, it uses an index on such rows
 * only.
 */
export const distinctCte = (
  name: string,
  { table, columns, where = 'true' }: { table: string; columns: readonly string[]; where?: string },
): string => {
  const list = columns.join(', ');
  const of = (alias: string): string => columns.map((column) => `${alias}.${column}`).join(', ');
  return `${name} AS (
    (SELECT ${list} FROM ${table} WHERE ${where} ORDER BY ${list} LIMIT 1)
    UNION ALL
    SELECT ${of('following')} FROM ${name} CROSS JOIN LATERAL (
      SELECT ${list} FROM ${table} t
       WHERE ${where} AND (${of('t')}) > (${of(name)}) ORDER BY ${list} LIMIT 1) following)`;
};
