import type { Client } from 'pg';
import type { TestDatabase } from './database.ts';

/** Settings that change what statements mean, or how their results are formatted. */
export const hostileSettings = {
  DateStyle: 'German, DMY',
  IntervalStyle: 'iso_8601',
  TimeZone: 'Pacific/Kiritimati',
  bytea_output: 'escape',
  extra_float_digits: '-10',
  xmloption: 'document',
  xmlbinary: 'hex',
  standard_conforming_strings: 'off',
  backslash_quote: 'on',
  quote_all_identifiers: 'on',
  array_nulls: 'off',
  transform_null_equals: 'on',
  search_path: 'nowhere',
  row_security: 'off',
  restrict_nonsystem_relation_kind: 'view',
  default_transaction_isolation: 'serializable',
  default_transaction_deferrable: 'on',
  synchronous_commit: 'off',
  // long enough for a session to begin with on a busy machine, before it has set its own
  statement_timeout: '7700ms',
  lock_timeout: '3300ms',
  idle_in_transaction_session_timeout: '5500ms',
  idle_session_timeout: '6600ms',
  transaction_timeout: '8800ms',
  exit_on_error: 'on',
  password_encryption: 'md5',
};

/**
 * Sets them for the roles in this database, which takes precedence over settings of the server, the database or the
 * role alone.
 */
export const makeHostile = async (
  admin: Client,
  { name }: TestDatabase,
  roles: readonly string[],
): Promise<void> => {
  for (const role of roles)
    for (const [setting, value] of Object.entries(hostileSettings)) {
      // the elements of a list are quoted one by one
      const values = value.split(', ').map((each) => admin.escapeLiteral(each));
      await admin.query(
        `ALTER ROLE ${admin.escapeIdentifier(role)} IN DATABASE ${name} SET ${setting} = ${values.join(', ')}`,
      );
    }
};
