import type { Queryable } from '#platform/database/pool.ts';
import type { Answer, StoredAnswer } from '#platform/serving/idempotency/answer.ts';
import type { IdempotencyKey } from '#platform/serving/idempotency/key.ts';
import { storedAnswersOf } from '#platform/serving/idempotency/stored-answers.ts';

const answers = storedAnswersOf('order');

/** Finds the stored answer to an idempotency key. */
export const findAnswer =
  (pool: Queryable) =>
  (key: IdempotencyKey): Promise<StoredAnswer | undefined> =>
    answers.find(pool, key);

/** Saves the answer to a key, unless there is one. */
export const saveAnswer =
  (pool: Queryable) =>
  (key: IdempotencyKey, answer: Answer): Promise<void> =>
    answers.save(pool, key, answer);
