import pg from 'pg';

/**
 * What a fault says about connections: nothing; that its own cannot be used again; or that the server, or the
 * way to it, has changed, so that none of the connections made until then can be relied on.
 */
export type Doubt = 'none' | 'connection' | 'server';

export interface DatabaseFault {
  /** What the caller is to be told: try again, the database is unavailable, or that there is a bug. */
  tells: 'conflict' | 'away' | 'bug';
  doubt: Doubt;
}

const conflict: DatabaseFault = { tells: 'conflict', doubt: 'none' };
const statementIsOver: DatabaseFault = { tells: 'away', doubt: 'none' };
const connectionIsOver: DatabaseFault = { tells: 'away', doubt: 'connection' };
const serverHasChanged: DatabaseFault = { tells: 'away', doubt: 'server' };
const bug: DatabaseFault = { tells: 'bug', doubt: 'none' };
const bugInDoubt: DatabaseFault = { tells: 'bug', doubt: 'connection' };

/** By SQLSTATE, or by its class where all of a class means the same. */
const bySqlState = new Map<string, DatabaseFault>([
  ['40001', conflict], // serialization_failure
  ['40P01', conflict], // deadlock_detected
  ['55P03', conflict], // lock_not_available
  ['40003', connectionIsOver], // statement_completion_unknown
  ['57014', statementIsOver], // query_canceled: statement_timeout
  ['57P05', connectionIsOver], // idle_session_timeout
  ['57', serverHasChanged], // shutdown, crash, starting up, database dropped
  ['25006', serverHasChanged], // read_only_sql_transaction: a standby, or made read-only
  ['25P03', connectionIsOver], // idle_in_transaction_session_timeout
  ['25P04', connectionIsOver], // transaction_timeout
  ['25001', bugInDoubt], // active_sql_transaction: somebody has left a transaction open
  ['08', serverHasChanged], // connection exceptions; poolers say most of their own faults with 08P01
  ['28', serverHasChanged], // the role or its password is refused
  ['3D000', serverHasChanged], // the database is not there
  ['53', connectionIsOver], // too many connections, disk full, out of memory
  ['58', connectionIsOver], // system errors: input and output
  ['F0', connectionIsOver], // the server's configuration
  // a prepared statement that is not there, is there already, or has become another: not our session
  ['26000', serverHasChanged],
  ['42P05', serverHasChanged],
  ['XX', bugInDoubt], // internal errors
]);

/** Judges a fault of a statement or of connecting. Everything that the driver says is about the connection. */
export const judgeDatabaseFault = (error: unknown): DatabaseFault => {
  if (!Error.isError(error)) return bug;
  if (error instanceof pg.DatabaseError) return judgeAnswer(error);
  // values that cannot be written, or rows that cannot be read
  const isOurs = [TypeError, RangeError, SyntaxError].some((Kind) => error instanceof Kind);
  return isOurs ? bugInDoubt : serverHasChanged;
};

const judgeAnswer = ({ code = '', routine, severity }: pg.DatabaseError): DatabaseFault => {
  const known = bySqlState.get(code) ?? bySqlState.get(code.slice(0, 2));
  if (known !== undefined) return known;
  // a plan whose result has changed since; of the features that are not supported, its routine alone tells it
  if (code === '0A000' && routine === 'RevalidateCachedQuery') return serverHasChanged;
  return severity === 'FATAL' || severity === 'PANIC' ? connectionIsOver : bug;
};
