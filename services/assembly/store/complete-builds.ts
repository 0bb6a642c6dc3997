import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { Build } from '../domain/build.ts';

/*
 * The rows are locked from here on, so the events that follow in the transaction get their place in the
 * reading order under these locks.
 */
const updateCompleted = prepareStatement<Build & { sequence: bigint }>(
  'assembly_complete_builds',
  `UPDATE assembly.builds SET status = 'COMPLETED', sequence = sequence + 1, completed_at = $2
    WHERE order_id = ANY ($1::uuid[]) AND status = 'BUILDING'
   RETURNING order_id AS "orderId", user_id AS "userId", build_time_sec AS "buildTimeSec", sequence`,
);

/** Ends the builds that are under way, and gives them; the others stay as they are. */
export const completeBuilds =
  (on: Queryable) =>
  (orderIds: readonly string[], finishedAt: Date): Promise<(Build & { sequence: bigint })[]> =>
    updateCompleted(on, [orderIds, finishedAt]);
