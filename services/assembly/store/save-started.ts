import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { encodeTimers, scheduleTimerSql } from '#platform/messaging/timer/schedule.ts';
import type { StartedBuild } from '../usecases/start-builds.ts';
import { buildTimer } from './build-timer.ts';

/*
 * Timers are inserted only for builds that this statement has inserted: an order that has a build already
 * keeps its timer, or has none once the build is finished. Both are due at the same millisecond.
 */
const insertStarted = prepareStatement(
  'assembly_save_started',
  `WITH started AS (
    INSERT INTO assembly.builds
      (order_id, user_id, build_time_sec, status, sequence, started_at, due_at)
    SELECT order_id, user_id, build_time_sec, 'BUILDING', 0, now_ms, now_ms + build_time_sec * interval '1 s'
      FROM date_trunc('milliseconds', statement_timestamp()) AS now_ms,
           jsonb_to_recordset($1::jsonb) AS b(order_id uuid, user_id uuid, build_time_sec integer)
    ON CONFLICT (order_id) DO NOTHING
    RETURNING order_id::text AS key
  )
  ${scheduleTimerSql({ schema: 'assembly', parameter: '$2', onlyKeysOf: 'started' })}`,
);

/** Inserts new builds, each with the timer that finishes it, in one statement. */
export const saveStarted =
  (on: Queryable) =>
  async (builds: readonly StartedBuild[]): Promise<void> => {
    await insertStarted(on, [encodeBuilds(builds), encodeTimers(builds.map(toTimer))]);
  };

const encodeBuilds = (builds: readonly StartedBuild[]): string =>
  JSON.stringify(
    builds.map(({ orderId, userId, buildTimeSec }) => ({
      order_id: orderId,
      user_id: userId,
      build_time_sec: buildTimeSec,
    })),
  );

const toTimer = ({ orderId, buildTimeSec, headers }: StartedBuild) => ({
  kind: buildTimer,
  key: orderId,
  dueInMs: buildTimeSec * 1_000,
  payload: headers,
});
