import { activeSpan, inSpan, type SpanOptions } from '../base/tracing/span.ts';
import type { Queryable } from './pool.ts';
import { translateDatabaseError } from './errors.ts';

/** Runs a prepared statement in one round trip; rows are objects with the names of the columns. */
export type Statement<Row> = (on: Queryable, values: readonly unknown[]) => Promise<Row[]>;

/**
 * Prepares a hot statement: it is parsed and planned once per connection under its name, which must be unique
 * in the process. Database faults that a caller can act on are thrown as AppError.
 */
export const prepareStatement = <Row>(name: string, text: string): Statement<Row> => {
  const run: Statement<Row> = async (on, values) => {
    try {
      const { rows } = await on.query({ name, text, values: [...values] });
      return rows as Row[];
    } catch (error) {
      throw translateDatabaseError(error);
    }
  };
  const span = databaseSpan(name);
  return (on, values) =>
    activeSpan() === undefined ? run(on, values) : inSpan(name, span, () => run(on, values));
};

/** The span of a statement or transaction; the text and the values are not in it. */
export const databaseSpan = (name: string): SpanOptions => ({
  kind: 'client',
  attributes: { 'db.system.name': 'postgresql', 'db.query.summary': name },
});
