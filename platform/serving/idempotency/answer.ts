import { AppError, type ErrorKind } from '../../base/errors.ts';
import type { IdempotencyKey } from './key.ts';

/** What a call was answered: a result, encoded by its use case, or a refusal. */
export type Answer = { readonly result: string } | { readonly refusal: Refusal };

interface Refusal {
  readonly kind: ErrorKind;
  readonly reason: string;
  readonly message: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface StoredAnswer {
  readonly requestHash: Buffer;
  readonly answer: Answer;
}

/** A refusal that is saved and repeated unchanged, without its cause. */
export const refusalAnswer = ({ kind, reason, message, metadata }: AppError): Answer => ({
  refusal: { kind, reason, message, metadata },
});

/**
 * Repeats the first answer to a key: returns its result, or throws its refusal. Refuses a key that was first
 * sent with another request, with `idempotency-key-reused`.
 */
export const repeatAnswer = (
  { requestHash, answer }: StoredAnswer,
  idempotencyKey: IdempotencyKey,
): string => {
  if (!requestHash.equals(idempotencyKey.requestHash)) throw keyReused(idempotencyKey);
  if ('result' in answer) return answer.result;
  const { kind, reason, message, metadata } = answer.refusal;
  throw new AppError(kind, reason, message, { metadata });
};

/** The refusal of a key that was first sent with another request. */
export const keyReused = ({ method, key }: IdempotencyKey): AppError =>
  new AppError(
    'precondition',
    'idempotency-key-reused',
    `The Idempotency-Key was used for another ${method} before; take a new key for a new request.`,
    { metadata: { idempotency_key: key } },
  );
