/** What ops answered instead of a result. */
export class CallError extends Error {
  /** Connect's code, e.g. `not_found`. */
  readonly code: string;
  /** The stable reason, e.g. `event-not-failed`; empty where ops gave none. */
  readonly reason: string;

  constructor(code: string, message: string, reason = '') {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

interface ErrorJson {
  code?: string;
  message?: string;
  details?: { type?: string; debug?: { reason?: string } }[];
}

/** Reads an error of Connect's protocol. */
export const toCallError = (json: unknown): CallError => {
  const { code = 'unknown', message = 'ops gave no reason.', details = [] } = json as ErrorJson;
  const info = details.find(({ type }) => type === 'google.rpc.ErrorInfo');
  return new CallError(code, message, info?.debug?.reason);
};

/** What is said of a request that did not reach ops, or whose answer did not arrive. */
export const unreachable = (): CallError =>
  new CallError('unavailable', 'ops cannot be reached.', 'unreachable');
