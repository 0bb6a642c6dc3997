import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';

const selectUser = prepareStatement('booking_user', 'SELECT FROM booking.users WHERE user_id = $1');

/** Whether there is such a user. */
export const isUser =
  (pool: Queryable) =>
  async (userId: string): Promise<boolean> =>
    (await selectUser(pool, [userId])).length > 0;
