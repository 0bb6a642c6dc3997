import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { Answer, StoredAnswer } from '#platform/serving/idempotency/answer.ts';
import { claimKeySql, encodeClaim, storedAnswerSql } from '#platform/serving/idempotency/claim.ts';
import type { IdempotencyKey } from '#platform/serving/idempotency/key.ts';

const schema = 'order';

const selectAnswer = prepareStatement<{ request_hash: Buffer; answer: Answer }>(
  'order_answer',
  storedAnswerSql({ schema, method: '$1', key: '$2' }),
);

const insertAnswer = prepareStatement(
  'order_save_answer',
  claimKeySql({ schema, parameter: '$1' }),
);

/** Finds the stored answer to an idempotency key. */
export const findAnswer =
  (pool: Queryable) =>
  async ({ method, key }: IdempotencyKey): Promise<StoredAnswer | undefined> => {
    const [row] = await selectAnswer(pool, [method, key]);
    return row && { requestHash: row.request_hash, answer: row.answer };
  };

/** Saves the answer to a key, unless there is one. */
export const saveAnswer =
  (pool: Queryable) =>
  async (key: IdempotencyKey, answer: Answer): Promise<void> => {
    await insertAnswer(pool, [encodeClaim(key, answer)]);
  };
