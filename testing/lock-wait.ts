import type { Queryable } from '#platform/database/pool.ts';
import { waitFor } from './wait-for.ts';

/** Resolves when a session of the role, in the database of `admin`, is waiting for a lock. */
export const untilWaitingForLock = (admin: Queryable, role: string): Promise<unknown> =>
  waitFor(
    async () => {
      const text = `SELECT FROM pg_stat_activity WHERE usename = $1
        AND datname = current_database() AND wait_event_type = 'Lock'`;
      return (await admin.query(text, [role])).rowCount !== 0;
    },
    { what: `${role} to wait for a lock` },
  );
