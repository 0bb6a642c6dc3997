import { sql, type AnyColumn, type SQL } from 'drizzle-orm';
import { timestamp } from 'drizzle-orm/pg-core';

/** A column with a moment: whole milliseconds, as JavaScript has them. */
export const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** That the column has one of the values: one parameter, and so one text, however many there are. */
export const isAnyOf = (column: AnyColumn, values: readonly unknown[]): SQL =>
  sql`${column} = ANY (${sql.param(values)})`;
