/** How a caller must react to a refusal; each protocol maps it to its own codes, once. */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'denied'
  | 'not-found'
  | 'exists'
  | 'precondition'
  | 'conflict'
  | 'exhausted'
  | 'unavailable';

/** The reasons for refusals, by kind. */
export type Refusals = Readonly<Partial<Record<ErrorKind, readonly string[]>>>;

export interface AppErrorOptions {
  cause?: unknown;
  /** Facts for programs, e.g. the order id; sent to the client unchanged. */
  metadata?: Readonly<Record<string, string>>;
  /** The invalid field of the request, for kind `invalid`. */
  field?: string;
  /** After how long the same call may succeed, for kind `exhausted`; sent to the client. */
  retryAfterMs?: number;
}

/**
 * A refusal that a caller can act on. `reason` is a stable slug for programs, `message` is for people. Every
 * other error is a bug: it is rethrown unchanged and logged once, where the call ends.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly kind: ErrorKind;
  readonly reason: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly field: string | undefined;
  readonly retryAfterMs: number | undefined;

  // eslint-disable-next-line max-params -- the one signature that every refusal is written with
  constructor(kind: ErrorKind, reason: string, message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.reason = reason;
    this.metadata = options.metadata ?? {};
    this.field = options.field;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/**
 * Returns the slug of an error that has one (AppError, SendError); undefined for a bug or a foreign error.
 */
export const reasonOf = (error: unknown): string | undefined =>
  error instanceof Error && 'reason' in error && typeof error.reason === 'string'
    ? error.reason
    : undefined;
