import type { Queryable } from '../../database/pool.ts';
import { prepareStatement } from '../../database/statement.ts';
import type { Answer, StoredAnswer } from './answer.ts';
import { claimKeySql, encodeClaim, storedAnswerSql } from './claim.ts';
import type { IdempotencyKey } from './key.ts';

export interface StoredAnswers {
  /** Finds the stored answer to a key. */
  find: (on: Queryable, key: IdempotencyKey) => Promise<StoredAnswer | undefined>;
  /** Saves the answer to a key, unless there is one. */
  save: (on: Queryable, key: IdempotencyKey, answer: Answer) => Promise<void>;
}

/** The answers to idempotency keys of a service that reads and saves them by statements of their own. */
export const storedAnswersOf = (schema: string): StoredAnswers => {
  const select = prepareStatement<{ request_hash: Buffer; answer: Answer }>(
    `${schema}_answer`,
    storedAnswerSql({ schema, method: '$1', key: '$2' }),
  );
  const insert = prepareStatement(
    `${schema}_save_answer`,
    claimKeySql({ schema, parameter: '$1' }),
  );
  return {
    find: async (on, { method, key }) => {
      const [row] = await select(on, [method, key]);
      return row && { requestHash: row.request_hash, answer: row.answer };
    },
    save: async (on, key, answer) => {
      await insert(on, [encodeClaim(key, answer)]);
    },
  };
};
