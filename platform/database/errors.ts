import pg from 'pg';
import { AppError, type Refusals } from '../base/errors.ts';
import { judgeDatabaseFault, type Doubt } from './faults.ts';

const conflictWords = new Map([
  ['40001', 'serialization failure'],
  ['40P01', 'deadlock'],
  ['55P03', 'lock not available'],
]);

const unavailable = 'database-unavailable';

/** The reasons for which the database refuses, for the contract of a service. */
export const databaseRefusals: Refusals = {
  conflict: ['database-conflict'],
  unavailable: [unavailable],
};

/**
 * A refusal because of our own database, with the fault as its cause; refusals of other services are no such
 * error.
 */
class DatabaseAway extends AppError {
  constructor(message: string, fault: unknown) {
    super('unavailable', unavailable, message, { cause: fault });
  }
}

/**
 * The refusal of whatever needs the database while it cannot be reached; without a fault when nobody has
 * tried yet.
 */
export const databaseAway = (fault?: unknown): AppError =>
  new DatabaseAway('The database is unavailable; try again.', fault);

/**
 * For rejections of our pools and connections: turns faults that a caller can act on into AppError; returns
 * bugs unchanged.
 */
export const toDatabaseError = (fault: unknown): unknown => {
  const { tells } = judgeDatabaseFault(fault);
  if (fault instanceof AppError || tells === 'bug') return fault;
  if (tells === 'away') return databaseAway(fault);
  const code = fault instanceof pg.DatabaseError ? fault.code : undefined;
  const words = conflictWords.get(code ?? '') ?? code ?? '';
  return new AppError('conflict', 'database-conflict', `Busy (${words}); try again.`, {
    cause: fault,
  });
};

/** A COMMIT whose answer was lost: only a caller that can find out whether it was stored may try again. */
export const commitInDoubt = (error: unknown): AppError =>
  new DatabaseAway(
    'The database became unavailable during the commit; it is not known whether it was stored.',
    error instanceof DatabaseAway ? error.cause : error,
  );

/**
 * Finds what a database fault was turned into, e.g. inside Drizzle's error; otherwise returns the error
 * unchanged.
 */
export const translateDatabaseError = (error: unknown): unknown => {
  for (const each of chainOf(error)) {
    if (each instanceof AppError) return each;
    if (each instanceof pg.DatabaseError && judgeDatabaseFault(each).tells !== 'bug')
      return toDatabaseError(each);
  }
  return error;
};

/** Returns how far an error puts connections in doubt, if it contains a database fault. */
export const doubtIn = (error: unknown): Doubt => {
  for (const each of chainOf(error)) {
    if (each instanceof pg.DatabaseError) return judgeDatabaseFault(each).doubt;
    if (each instanceof DatabaseAway) return judgeDatabaseFault(each.cause).doubt;
  }
  return 'none';
};

/** Whether a unit of work failed only because of the database, which says nothing about the work. */
export const isDatabaseAway = (error: unknown): boolean => doubtIn(error) === 'server';

/** Returns the message of the original fault. */
export const databaseWords = (error: unknown): string => {
  const found = chainOf(error).at(-1);
  if (found instanceof AggregateError && found.errors.length > 0)
    return databaseWords(found.errors[0]);
  return found === undefined ? String(error) : found.message || found.name;
};

const chainOf = (error: unknown): Error[] => {
  const chain: Error[] = [];
  for (let each = error; Error.isError(each) && chain.length < 10; each = each.cause)
    chain.push(each);
  return chain;
};
