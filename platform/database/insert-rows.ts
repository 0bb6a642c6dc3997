export interface InsertRowsSql {
  /** With its schema, e.g. `loms.order_changes`. */
  table: string;
  /** The parameter that holds the rows as JSON, e.g. `$9`. */
  parameter: string;
  /** A relation of the same statement; nothing is inserted when it is empty. */
  onlyIf: string;
}

/**
 * The INSERT to put into a larger statement, of rows whose properties have the names of the table's columns. A column
 * without a property is NULL, whatever its default.
 */
export const insertRowsSql = ({ table, parameter, onlyIf }: InsertRowsSql): string => `
  INSERT INTO ${table}
  SELECT * FROM jsonb_populate_recordset(NULL::${table}, ${parameter}::jsonb)
   WHERE EXISTS (SELECT FROM ${onlyIf})`;
