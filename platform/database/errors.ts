import { AppError, type Refusals } from '../errors.ts';

const conflicts = new Map([
  ['40001', 'serialization failure'],
  ['40P01', 'deadlock'],
  ['55P03', 'lock not available'],
]);

const away = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'ETIMEDOUT',
  '57014', // statement_timeout
  '57P01', // admin shutdown
  '57P02', // crash shutdown
  '57P03', // cannot connect now
  '57P05', // idle session timeout
  '53300', // too many connections
  '25P03', // idle in transaction timeout
  '25P04', // transaction timeout
]);

// pg gives these no code
const awayMessages =
  /^(timeout exceeded when trying to connect|Connection terminated|Query read timeout|Client has encountered a connection error|Cannot use a pool after calling end)/;

/** The reasons that it gives, for a service's notes on its API. */
export const databaseRefusals: Refusals = {
  conflict: ['database-conflict'],
  unavailable: ['database-unavailable'],
};

/** Turns the faults that a caller can act on into AppError; anything else comes back as it is. */
export const translateDatabaseError = (error: unknown): unknown => {
  const fault = rootFault(error);
  const conflict = conflicts.get(fault.code);
  if (conflict !== undefined) {
    return new AppError('conflict', 'database-conflict', `Busy (${conflict}); try again.`, {
      cause: error,
    });
  }
  if (away.has(fault.code) || fault.code.startsWith('08') || awayMessages.test(fault.message)) {
    return new AppError('unavailable', 'database-unavailable', 'The database is away; try again.', {
      cause: error,
    });
  }
  return error;
};

/** Drizzle keeps pg's error in `cause`; a refused connection may be an AggregateError of several. */
const rootFault = (error: unknown): { code: string; message: string } => {
  if (!Error.isError(error)) return { code: '', message: '' };
  if (Error.isError(error.cause) && !('code' in error)) return rootFault(error.cause);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return { code, message: error.message };
};
