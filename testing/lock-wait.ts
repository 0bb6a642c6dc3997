import type { Queryable } from '#platform/database/pool.ts';
import { waitFor } from './wait-for.ts';

/** Resolves when so many sessions of the role, in the database of `admin`, are waiting for a lock. */
export const untilWaitingForLock = (
  admin: Queryable,
  role: string,
  sessions = 1,
): Promise<unknown> =>
  waitFor(
    async () => {
      const text = `SELECT FROM pg_stat_activity WHERE usename = $1
        AND datname = current_database() AND wait_event_type = 'Lock'`;
      return ((await admin.query(text, [role])).rowCount ?? 0) >= sessions;
    },
    { what: `${sessions} of ${role} to wait for a lock` },
  );
