import type { ClientBase } from 'pg';
import type { SettableClock } from './clock.ts';

/** The server, or a pooler in front of it, can never be used: somebody must change the set-up. */
export class UnfitServer extends Error {
  override readonly name = 'UnfitServer';
}

export interface SessionOptions {
  /** The address of the server, for people; contains no password. */
  server: string;
  /** Called when there is a pooler: whether it lends the session's connection to others. */
  isShared: (client: ClientBase) => Promise<boolean>;
  /** Settings of this session, in addition to those pinned for all. */
  settings?: Readonly<Record<string, string>>;
  /** A read-only session may use a standby. */
  isReadOnly?: boolean;
  /** How long the server may take to answer. Default 3,000. */
  answerWithinMs?: number;
  /** Set from what the server says. */
  clock?: Pick<SettableClock, 'set'>;
}

/**
 * Limits of a session that holds row locks: the server ends it when it idles inside a transaction, or takes
 * longer in one. They are below the publisher's lease of 5 s, so that a frozen process holds no lock beyond
 * it.
 */
export const transactionLimits = {
  idle_in_transaction_session_timeout: '3s',
  transaction_timeout: '4s',
};

const oldestVersion = 17;

/*
 * Every setting of the server, database or role that would change the meaning of a statement, or the form of
 * its result. Settings that only change plans are left to the database's administrators.
 */
const pinned = {
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  client_encoding: 'UTF8',
  bytea_output: 'hex',
  extra_float_digits: '1',
  xmlbinary: 'base64',
  xmloption: 'content',
  standard_conforming_strings: 'on',
  backslash_quote: 'safe_encoding',
  quote_all_identifiers: 'off',
  array_nulls: 'on',
  transform_null_equals: 'off',
  search_path: '"$user", public',
  row_security: 'on',
  restrict_nonsystem_relation_kind: '',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  password_encryption: 'scram-sha-256',
  exit_on_error: 'off',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_session_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  transaction_timeout: '0',
};

interface Facts {
  version: string;
  version_number: number;
  process_id: number;
  is_standby: boolean;
  is_read_only: boolean;
  replication_role: string;
  is_commit_lost: boolean;
  time_ms: number;
}

// must be understood by every server to which somebody may point us
const askFacts = `SELECT current_setting('server_version') AS version,
  current_setting('server_version_num')::int AS version_number,
  pg_backend_pid() AS process_id,
  pg_is_in_recovery() AS is_standby,
  current_setting('transaction_read_only') = 'on' AS is_read_only,
  current_setting('session_replication_role') AS replication_role,
  current_setting('synchronous_commit') = 'off' AS is_commit_lost,
  (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS time_ms`;

/**
 * Called for each new connection before any other use: finds out which server it leads to, refuses one that
 * cannot do the work, and pins the settings that change results. It uses no startup parameters, because
 * poolers refuse them.
 */
export const prepareSession = async (
  client: ClientBase,
  options: SessionOptions,
): Promise<void> => {
  const askedAtMs = performance.now();
  const { answerWithinMs = 3_000 } = options;
  const facts = await ask(client, askFacts, answerWithinMs);
  options.clock?.set(facts.time_ms, (askedAtMs + performance.now()) / 2);
  requireVersion(facts, options.server);
  if (options.isReadOnly !== true) requireWritable(facts);
  if (facts.replication_role !== 'origin')
    throw new Error(
      `session_replication_role is ${facts.replication_role}: triggers and references would not hold; ` +
        'reset it for this role and database',
    );
  // what was committed must survive a crash, even where the server's default does not guarantee it
  const commit = facts.is_commit_lost ? { synchronous_commit: 'on' } : {};
  const settings = { ...pinned, ...commit, ...options.settings };
  await ask(client, setAll(settings), answerWithinMs);
  // a pooler gives out process ids of its own
  if (processIdOf(client) === facts.process_id) return;
  if (await options.isShared(client)) throw sharedSession(options.server);
};

const ask = async (client: ClientBase, text: string, answerWithinMs: number): Promise<Facts> => {
  const query = { text, query_timeout: answerWithinMs };
  const { rows } = await client.query<Facts>(query);
  if (rows[0] === undefined) throw new Error('the server returned no answer');
  return rows[0];
};

const processIdOf = (client: ClientBase): number | null =>
  (client as ClientBase & { processID: number | null }).processID;

const requireVersion = ({ version, version_number }: Facts, server: string): void => {
  if (version_number >= oldestVersion * 10_000) return;
  throw new UnfitServer(
    `PostgreSQL ${oldestVersion} or newer is needed; the server at ${server} says ${version}`,
  );
};

const requireWritable = ({ is_standby, is_read_only }: Facts): void => {
  if (is_standby) throw new Error(standbyWords);
  if (is_read_only) throw new Error(readOnlyWords);
};

const sharedSession = (server: string) =>
  new UnfitServer(
    `The pooler at ${server} gives the connection of a session to others between transactions ` +
      '(pool_mode = transaction or statement). Sessions need their settings, prepared statements and ' +
      'LISTEN: set pool_mode = session for this database, or name the server itself in DATABASE_URL',
  );

export const standbyWords = 'the server is a standby: nothing can be written';
export const readOnlyWords =
  'the database is read-only (default_transaction_read_only): nothing can be written';

const setAll = (settings: Readonly<Record<string, string>>): string => {
  const calls = Object.entries(settings).map(([name, value]) => {
    if (!/^\w+$/.test(name) || /['\\]/.test(value)) throw new Error(`Not a plain setting: ${name}`);
    return `set_config('${name}', '${value}', false)`;
  });
  return `SELECT ${calls.join(', ')}`;
};
