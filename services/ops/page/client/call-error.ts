/** What ops answered instead of a result. */
export class CallError extends Error {
  /** Connect's code, e.g. `not_found`. */
  readonly code: string;
  /** The stable reason, e.g. `event-not-failed`; empty where ops gave none. */
  readonly reason: string;
  /** What the refusal is about, by its name, e.g. `order_id`. */
  readonly metadata: Readonly<Record<string, string>>;

  constructor(code: string, message: string, { reason = '', metadata = {} }: ErrorInfo = {}) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.metadata = metadata;
  }
}

interface ErrorInfo {
  reason?: string;
  metadata?: Readonly<Record<string, string>>;
}

interface ErrorJson {
  code?: string;
  message?: string;
  details?: { type?: string; debug?: ErrorInfo }[];
}

/** Reads an error of Connect's protocol. */
export const toCallError = (json: unknown): CallError => {
  const { code = 'unknown', message = 'ops gave no reason.', details = [] } = json as ErrorJson;
  const info = details.find(({ type }) => type === 'google.rpc.ErrorInfo');
  return new CallError(code, message, info?.debug);
};

/** What is said of a request that did not reach ops, or whose answer did not arrive. */
export const unreachable = (): CallError =>
  new CallError('unavailable', 'ops cannot be reached.', { reason: 'unreachable' });
