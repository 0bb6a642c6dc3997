import { identifier } from '../../database/identifier.ts';
import type { Answer } from './answer.ts';
import type { IdempotencyKey } from './key.ts';

export interface ClaimKeySql {
  schema: string;
  /** The parameter that holds `encodeClaim(key, answer)`, e.g. `$9`. */
  parameter: string;
  /** A relation of the same statement; nothing is claimed when it is empty. */
  onlyIf?: string;
}

/**
 * Returns an INSERT to embed in a statement that changes state: it saves the key with its answer and returns
 * a row, or none when the key is taken; everything else must depend on that row. It waits while another
 * transaction inserts the same key. What the statement locks, it must lock before the claim (`onlyIf`) and
 * not after it, or two calls could deadlock.
 */
export const claimKeySql = ({ schema, parameter, onlyIf }: ClaimKeySql): string => `
  INSERT INTO ${identifier(schema)}.idempotency_keys (method, key, request_hash, answer)
  SELECT method, key, request_hash, answer
    FROM jsonb_to_record(${parameter}::jsonb) AS c(
      method text, key text, request_hash bytea, answer jsonb)
   WHERE ${onlyIf === undefined ? 'true' : `EXISTS (SELECT FROM ${identifier(onlyIf)})`}
  ON CONFLICT DO NOTHING RETURNING 1`;

/**
 * Encodes the key and the answer that its call gets if the claim succeeds, as the parameter of `claimKeySql`.
 */
export const encodeClaim = (
  { method, key, requestHash }: IdempotencyKey,
  answer: Answer,
): string => {
  const bytes = `\\x${requestHash.toString('hex')}`;
  return JSON.stringify({ method, key, request_hash: bytes, answer });
};

export interface StoredAnswerSql {
  schema: string;
  /** The parameters with the method and the key, e.g. `$2` and `$3`. */
  method: string;
  key: string;
}

/** Returns a SELECT of a key's `request_hash` and `answer`: no row while the key has no answer. */
export const storedAnswerSql = ({ schema, method, key }: StoredAnswerSql): string =>
  `SELECT request_hash, answer FROM ${identifier(schema)}.idempotency_keys
    WHERE method = ${method} AND key = ${key}`;
