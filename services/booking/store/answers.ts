import { AppError } from '#platform/base/errors.ts';
import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { repeatAnswer } from '#platform/serving/idempotency/answer.ts';
import type { IdempotencyKey } from '#platform/serving/idempotency/key.ts';
import { storedAnswersOf } from '#platform/serving/idempotency/stored-answers.ts';

const answers = storedAnswersOf('booking');

// held until the transaction ends: whoever does not get it knows that a call with this key is being saved
const lockKey = prepareStatement<{ is_mine: boolean }>(
  'booking_lock_key',
  `SELECT pg_try_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 17)) AS is_mine`,
);

/**
 * Finds what the first call with this key was answered; undefined without a key or an answer. Refuses a key that was
 * sent with another request.
 */
export const findAnswer = async (
  on: Queryable,
  idempotencyKey: IdempotencyKey | undefined,
): Promise<string | undefined> => {
  if (idempotencyKey === undefined) return undefined;
  const stored = await answers.find(on, idempotencyKey);
  return stored && repeatAnswer(stored, idempotencyKey);
};

/**
 * Like `findAnswer`, in a transaction that saves the answer if there is none yet. Refuses with `idempotency-key-in-use`
 * while another call with the key does so.
 */
export const claimAnswer = async (
  on: Queryable,
  idempotencyKey: IdempotencyKey | undefined,
): Promise<string | undefined> => {
  if (idempotencyKey === undefined) return undefined;
  const { method, key } = idempotencyKey;
  const [row] = await lockKey(on, [method, key]);
  if (row?.is_mine !== true) throw keyInUse(key);
  return findAnswer(on, idempotencyKey);
};

/** Saves what the call is answered, under its key. */
export const saveAnswer = async (
  on: Queryable,
  idempotencyKey: IdempotencyKey | undefined,
  result: string,
): Promise<void> => {
  if (idempotencyKey !== undefined) await answers.save(on, idempotencyKey, { result });
};

const keyInUse = (key: string): AppError =>
  new AppError(
    'conflict',
    'idempotency-key-in-use',
    'The first call with this Idempotency-Key is still under way; try again.',
    { metadata: { idempotency_key: key } },
  );
