import type { Call } from '#platform/serving/call.ts';
import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { encodeTimers, scheduleTimerSql } from '#platform/messaging/timer/schedule.ts';
import type { Attempt } from '../usecases/create-order.ts';
import { timerKind } from './timer-kinds.ts';

const untriedSql = (condition: string): string => `
  locked_timer AS MATERIALIZED (
    SELECT due_at, attempts FROM "order".timers
     WHERE kind = '${timerKind.undo}' AND key = $1::uuid::text AND ${condition} FOR UPDATE SKIP LOCKED
  ), untried AS MATERIALIZED (
    SELECT 1 FROM locked_timer WHERE attempts = 0 AND due_at > clock_timestamp()
  )`;

const cancelledSql = (onlyIf: string): string => `
  cancelled AS (
    DELETE FROM "order".timers
     WHERE kind = '${timerKind.undo}' AND key = $1::uuid::text AND EXISTS (SELECT FROM ${onlyIf})
  )`;

const insertUndo = prepareStatement(
  'order_schedule_undo',
  scheduleTimerSql({ schema: 'order', parameter: '$1' }),
);

/** Schedules the undo of an order that is about to be made: due after `undoAfterMs`, even if this process dies. */
export const scheduleUndo =
  (pool: Queryable, undoAfterMs: number) =>
  async (key: string, { headers }: Call): Promise<void> => {
    const timer = { kind: timerKind.undo, key, dueInMs: undoAfterMs, payload: { headers } };
    await insertUndo(pool, [encodeTimers([timer])]);
  };

// Never inserts: the undo of a saved order is gone and must not come back. An undo that is firing need not be
// expedited, and one whose attempt another call has joined belongs to that call. `due_at` has whole
// milliseconds, to which Postgres rounds; without truncation it could round up and not be due yet.
const updateUndo = prepareStatement(
  'order_expedite_undo',
  `UPDATE "order".timers SET due_at = date_trunc('milliseconds', statement_timestamp()) WHERE ctid = (
    SELECT ctid FROM "order".timers
     WHERE kind = '${timerKind.undo}' AND key = $1::uuid::text AND attempts = 0
       AND NOT EXISTS (SELECT FROM "order".order_attempts
                        WHERE order_id = $1::uuid AND last_call_id IS DISTINCT FROM $2::uuid)
       FOR UPDATE SKIP LOCKED)`,
);

/** Makes the undo due now, if it has not been tried and no other call has joined the attempt. */
export const expediteUndo =
  (pool: Queryable, afterCommit: () => void) =>
  async ({ orderId, callId }: Pick<Attempt, 'orderId' | 'callId'>): Promise<void> => {
    await updateUndo(pool, [orderId, callId ?? null]);
    afterCommit();
  };

/**
 * CTEs that cancel the undo of the order `$1::uuid`: `untried` has a row if and only if nobody has tried
 * it, or can any more. The clock is read under the row's lock: whoever fires a timer takes that lock
 * when it is due, so a timer that is not due under the lock was never tried.
 */
export const cancelUndoSql = `${untriedSql('true')}, ${cancelledSql('untried')}`;

/**
 * The same for an order that is made for an idempotency key: nothing is cancelled unless `claimed` has a
 * row, too, and the order's attempt is deleted with its undo. The attempt is locked first: a call with the same
 * key that saves or begins at this moment waits here, and then finds the answer. All locks: attempts.ts.
 */
export const claimAndCancelUndoSql = (claimSql: string): string => `
  attempt AS MATERIALIZED (
    SELECT 1 FROM "order".order_attempts WHERE order_id = $1::uuid FOR UPDATE
  ), ${untriedSql('EXISTS (SELECT FROM attempt)')}, claimed AS (${claimSql}
  ), ended AS (
    DELETE FROM "order".order_attempts WHERE order_id = $1::uuid AND EXISTS (SELECT FROM claimed)
  ), ${cancelledSql('claimed')}`;
