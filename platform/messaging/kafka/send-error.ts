/**
 * Why a send was rejected. `refused`: the broker will never take these messages. `away`: everything else;
 * nothing is known to be wrong with the messages, and it is not known whether they were written.
 */
export class SendError extends Error {
  override readonly name = 'SendError';
  readonly kind: 'away' | 'refused';
  /** A stable slug for programs and metrics, e.g. `message-too-large`, `deadline`. */
  readonly reason: string;

  // eslint-disable-next-line max-params -- kind, reason, message, options: the order of AppError
  constructor(kind: 'away' | 'refused', reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.reason = reason;
  }
}

const refusals: ReadonlySet<string> = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'INVALID_TOPIC_EXCEPTION',
  'CORRUPT_MESSAGE',
  'POLICY_VIOLATION',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
]);

/** Converts an error of kafkajs. It wraps the broker's answer, so the whole chain of causes is searched. */
export const toSendError = (thrown: unknown): SendError => {
  if (thrown instanceof SendError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const type = brokerErrorType(thrown);
  if (type === undefined) return new SendError('away', 'connection', message, { cause: thrown });
  const kind = refusals.has(type) ? 'refused' : 'away';
  return new SendError(kind, slugOf(type), message, { cause: thrown });
};

const brokerErrorType = (thrown: unknown): string | undefined => {
  let error = thrown;
  while (error instanceof Error) {
    if ('type' in error && typeof error.type === 'string') return error.type;
    error = error.cause;
  }
  return undefined;
};

const slugOf = (type: string): string => type.toLowerCase().replaceAll('_', '-');
