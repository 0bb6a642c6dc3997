import pg from 'pg';
import { AppError, type Refusals } from '../base/errors.ts';
import { judgeDatabaseFault, type Doubt } from './faults.ts';

const conflictWords = new Map([
  ['40001', 'serialization failure'],
  ['40P01', 'deadlock'],
  ['55P03', 'lock not available'],
]);

const unavailable = 'database-unavailable';

/** The reasons that it gives, for a service's notes on its API. */
export const databaseRefusals: Refusals = {
  conflict: ['database-conflict'],
  unavailable: [unavailable],
};

/** A refusal for the database's sake, with the fault itself as its cause; that of another service is none. */
class DatabaseAway extends AppError {
  constructor(message: string, fault: unknown) {
    super('unavailable', unavailable, message, { cause: fault });
  }
}

/** The refusal of what needs the database while it cannot be reached; without a fault: nobody has tried yet. */
export const databaseAway = (fault?: unknown): AppError =>
  new DatabaseAway('The database is away; try again.', fault);

/**
 * For what a pool or a connection of ours rejects with: turns the faults that a caller can act on into
 * AppError; bugs come back as they are.
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

/** A COMMIT whose answer did not come: to be tried again only by who can find out whether it was stored. */
export const commitInDoubt = (error: unknown): AppError =>
  new DatabaseAway(
    'The database went away during the commit: whether it is stored is not known.',
    error instanceof DatabaseAway ? error.cause : error,
  );

/** Finds what a fault of the database was turned into, e.g. inside of Drizzle's error; else gives it back. */
export const translateDatabaseError = (error: unknown): unknown => {
  for (const each of chainOf(error)) {
    if (each instanceof AppError) return each;
    if (each instanceof pg.DatabaseError && judgeDatabaseFault(each).tells !== 'bug')
      return toDatabaseError(each);
  }
  return error;
};

/** How far the fault that lies in it, if it is one of the database, puts connections in doubt. */
export const doubtIn = (error: unknown): Doubt => {
  for (const each of chainOf(error)) {
    if (each instanceof pg.DatabaseError) return judgeDatabaseFault(each).doubt;
    if (each instanceof DatabaseAway) return judgeDatabaseFault(each.cause).doubt;
  }
  return 'none';
};

/** Whether a unit of work failed for the database's sake alone: it says nothing about the work. */
export const isDatabaseAway = (error: unknown): boolean => doubtIn(error) === 'server';

/** The fault itself, in the words of whoever found it. */
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
