import type { Call } from '#platform/call.ts';
import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { encodeTimers, scheduleTimerSql } from '#platform/timer/schedule.ts';
import { timerKind } from './timer-kinds.ts';

const insertUndo = prepareStatement(
  'order_schedule_undo',
  scheduleTimerSql({ schema: 'order', parameter: '$1' }),
);

/** The undo of an order that is about to be made is due after `undoAfterMs`, whatever becomes of us. */
export const scheduleUndo =
  (pool: Queryable, undoAfterMs: number) =>
  async (key: string, { headers }: Call): Promise<void> => {
    const timer = { kind: timerKind.undo, key, dueInMs: undoAfterMs, payload: { headers } };
    await insertUndo(pool, [encodeTimers([timer])]);
  };

// Never inserts: the undo of an order that was saved is gone, and must not come back. One that is firing at
// this moment needs no hurry.
const updateUndo = prepareStatement(
  'order_hurry_undo',
  `UPDATE "order".timers SET due_at = statement_timestamp() WHERE ctid = (
    SELECT ctid FROM "order".timers
     WHERE kind = '${timerKind.undo}' AND key = $1 AND attempts = 0 FOR UPDATE SKIP LOCKED)`,
);

/** The undo is due now, if it is still to come. */
export const hurryUndo =
  (pool: Queryable, afterCommit: () => void) =>
  async (orderId: string): Promise<void> => {
    await updateUndo(pool, [orderId]);
    afterCommit();
  };

/**
 * CTEs that call the undo of the order `$1::uuid` off: `unspent` has a row if and only if nobody has tried
 * it, or can any more. The clock is looked at under the row's lock: whoever fires a timer takes that lock
 * when it is due, so "not due yet", said under the lock, means "never tried".
 */
export const callOffUndoSql = `
  held AS MATERIALIZED (
    SELECT due_at, attempts FROM "order".timers
     WHERE kind = '${timerKind.undo}' AND key = $1::uuid::text FOR UPDATE SKIP LOCKED
  ), unspent AS MATERIALIZED (
    SELECT 1 FROM held WHERE attempts = 0 AND due_at > clock_timestamp()
  ), called_off AS (
    DELETE FROM "order".timers
     WHERE kind = '${timerKind.undo}' AND key = $1::uuid::text AND EXISTS (SELECT FROM unspent)
  )`;
