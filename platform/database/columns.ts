import { sql, type AnyColumn, type SQL } from 'drizzle-orm';
import { timestamp } from 'drizzle-orm/pg-core';

/** A column with a time in whole milliseconds, as JavaScript has them. */
export const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/**
 * The condition that the column has one of the values: one parameter, and so one statement text, however many
 * there are.
 */
export const isAnyOf = (column: AnyColumn, values: readonly unknown[]): SQL =>
  sql`${column} = ANY (${sql.param(values)})`;
