import { AppError } from '#platform/base/errors.ts';
import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { repeatAnswer, type Answer } from '#platform/serving/idempotency/answer.ts';
import { claimKeySql, encodeClaim, storedAnswerSql } from '#platform/serving/idempotency/claim.ts';
import type { IdempotencyKey } from '#platform/serving/idempotency/key.ts';

interface AnswerRow {
  request_hash: Buffer;
  answer: Answer;
}

const selectAnswer = prepareStatement<AnswerRow>(
  'booking_answer',
  storedAnswerSql({ schema: 'booking', method: '$1', key: '$2' }),
);

// held until the transaction ends: whoever does not get it knows that a call with this key is being saved
const lockKey = prepareStatement<{ is_mine: boolean }>(
  'booking_lock_key',
  `SELECT pg_try_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 17)) AS is_mine`,
);

const insertAnswer = prepareStatement(
  'booking_save_answer',
  claimKeySql({ schema: 'booking', parameter: '$1' }),
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
  const { method, key } = idempotencyKey;
  const [row] = await selectAnswer(on, [method, key]);
  if (row === undefined) return undefined;
  const stored = { requestHash: row.request_hash, answer: row.answer };
  return repeatAnswer(stored, idempotencyKey);
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
  if (idempotencyKey !== undefined)
    await insertAnswer(on, [encodeClaim(idempotencyKey, { result })]);
};

const keyInUse = (key: string): AppError =>
  new AppError(
    'conflict',
    'idempotency-key-in-use',
    'The first call with this Idempotency-Key is still under way; try again.',
    { metadata: { idempotency_key: key } },
  );
