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

/** The reasons that somebody refuses for, by kind. */
export type Refusals = Readonly<Partial<Record<ErrorKind, readonly string[]>>>;

export interface AppErrorOptions {
  cause?: unknown;
  /** Facts for the caller's program, e.g. the order id; sent to the client as they are. */
  metadata?: Readonly<Record<string, string>>;
  /** The request field at fault, for kind `invalid`. */
  field?: string;
}

/**
 * A refusal that a caller can act on. `reason` is a stable slug for programs, `message` is for people.
 * Every other error is a bug: it rises untouched and is logged once, where the call ends.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly kind: ErrorKind;
  readonly reason: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly field: string | undefined;

  // eslint-disable-next-line max-params -- the one signature that every refusal is written with
  constructor(kind: ErrorKind, reason: string, message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.reason = reason;
    this.metadata = options.metadata ?? {};
    this.field = options.field;
  }
}

/** The slug of an error that was given one (AppError, SendError); undefined: a bug, or somebody else's error. */
export const reasonOf = (error: unknown): string | undefined =>
  error instanceof Error && 'reason' in error && typeof error.reason === 'string'
    ? error.reason
    : undefined;
