import type { IdempotencyKey } from './idempotency/key.ts';

/** What a request carries through a use case in addition to its input. */
export interface Call {
  /** Aborts when the caller's deadline has passed or the caller is gone. */
  readonly signal: AbortSignal;
  /** Headers for the events that the request causes: traceparent, correlation-id. */
  readonly headers: Readonly<Record<string, string>>;
  /** Set when the caller wants all calls with this key to take effect once. */
  readonly idempotencyKey?: IdempotencyKey | undefined;
}
