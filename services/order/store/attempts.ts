import type { Call } from '#platform/serving/call.ts';
import type { Pool, Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { withTransaction } from '#platform/database/transaction.ts';
import { keyReused } from '#platform/serving/idempotency/answer.ts';
import type { IdempotencyKey } from '#platform/serving/idempotency/key.ts';
import { newId } from '#platform/base/ids.ts';
import type { Attempt, NewAttempt } from '../usecases/create-order.ts';
import { findAnswer } from './answers.ts';
import { timerKind } from './timer-kinds.ts';
import { scheduleUndo } from './undo.ts';

interface AttemptRow {
  order_id: string;
  request_hash: Buffer;
  total_minor: bigint;
}

// serializes the calls with one key even when no row exists yet
const lockKey = prepareStatement(
  'order_lock_key',
  `SELECT pg_advisory_xact_lock(hashtextextended($2, hashtextextended($1, 0)))`,
);

// blocks while another call saves one of them
const lockAttempts = prepareStatement<AttemptRow>(
  'order_lock_attempts',
  `SELECT order_id, request_hash, total_minor FROM "order".order_attempts
    WHERE method = $1 AND key = $2 ORDER BY order_id FOR UPDATE`,
);

// at most one: a new attempt begins only when no other can still be saved
const extendUndo = prepareStatement<{ key: string }>(
  'order_extend_undo',
  `UPDATE "order".timers SET due_at = clock_timestamp() + $2::float8 * interval '1 ms'
    WHERE ctid IN (
      SELECT ctid FROM "order".timers
       WHERE kind = '${timerKind.undo}' AND key = ANY ($1::text[])
         AND attempts = 0 AND due_at > clock_timestamp() FOR UPDATE SKIP LOCKED)
   RETURNING key`,
);

const joinAttempt = prepareStatement(
  'order_join_attempt',
  `UPDATE "order".order_attempts SET last_call_id = $2 WHERE order_id = $1`,
);

const insertAttempt = prepareStatement(
  'order_begin_attempt',
  `INSERT INTO "order".order_attempts (order_id, method, key, request_hash, total_minor, last_call_id)
   VALUES ($1, $2, $3, $4, $5, $6)`,
);

const deleteAttempt = prepareStatement(
  'order_end_attempt',
  `DELETE FROM "order".order_attempts WHERE order_id = $1::uuid`,
);

/*
 * The locks of an order that is made for a key, in the order in which they are taken:
 *
 *                    key (advisory)   attempt row          undo timer row         answer row
 *   begin or join    1. waits         2. waits             3. skips if locked     read after 2
 *   save             -                1. waits             2. skips if locked     3. waits, inserts
 *   expedite undo    -                read                 1. skips if locked     -
 *   the undo fires   -                2. waits, deletes    1. skips if locked     -
 *
 * Nobody waits for a timer, and all others are waited for from left to right: no deadlock.
 */

/**
 * Begins an attempt to make an order and schedules its undo after `undoAfterMs`. With an idempotency key,
 * joins an attempt of the same key that can still be saved: sharing its order id makes reservation and charge
 * count once. Returns undefined, with nothing begun, when the key has been answered.
 */
export const beginAttempt =
  (pool: Pool, undoAfterMs: number) =>
  async (wanted: NewAttempt, call: Call): Promise<Attempt | undefined> => {
    const { idempotencyKey } = call;
    if (idempotencyKey !== undefined)
      return beginKeyed(pool, { wanted, undoAfterMs, call, idempotencyKey });
    await scheduleUndo(pool, undoAfterMs)(wanted.orderId, call);
    return { ...wanted, isAlone: true };
  };

interface Keyed {
  wanted: NewAttempt;
  undoAfterMs: number;
  call: Call;
  idempotencyKey: IdempotencyKey;
}

const beginKeyed = (pool: Pool, keyed: Keyed): Promise<Attempt | undefined> =>
  withTransaction(pool, async ({ client }) => {
    const { method, key } = keyed.idempotencyKey;
    await lockKey(client, [method, key]);
    const attempts = await lockAttempts(client, [method, key]);
    if (await findAnswer(client)(keyed.idempotencyKey)) return undefined;
    const joined = attempts.length > 0 ? await join(client, attempts, keyed) : undefined;
    return joined ?? begin(client, attempts, keyed);
  });

const join = async (
  client: Queryable,
  attempts: readonly AttemptRow[],
  { undoAfterMs, idempotencyKey }: Keyed,
): Promise<Attempt | undefined> => {
  const ids = attempts.map(({ order_id }) => order_id);
  const [alive] = await extendUndo(client, [ids, undoAfterMs]);
  const attempt = attempts.find(({ order_id }) => order_id === alive?.key);
  if (attempt === undefined) return undefined;
  if (!attempt.request_hash.equals(idempotencyKey.requestHash)) throw keyReused(idempotencyKey);
  const callId = newId();
  await joinAttempt(client, [attempt.order_id, callId]);
  const { order_id: orderId, total_minor: totalMinor } = attempt;
  return { orderId, totalMinor, isAlone: attempts.length === 1, callId };
};

const begin = async (
  client: Queryable,
  attempts: readonly AttemptRow[],
  { wanted, undoAfterMs, call, idempotencyKey: { method, key, requestHash } }: Keyed,
): Promise<Attempt> => {
  const callId = newId();
  const { orderId, totalMinor } = wanted;
  await insertAttempt(client, [orderId, method, key, requestHash, totalMinor, callId]);
  await scheduleUndo(client, undoAfterMs)(orderId, call);
  return { ...wanted, isAlone: attempts.length === 0, callId };
};

/** Deletes the attempt to make an order, in the transaction that finishes its undo. */
export const endAttempt =
  (client: Queryable) =>
  async (orderId: string): Promise<void> => {
    await deleteAttempt(client, [orderId]);
  };
