import type { IdempotencyKey } from './idempotency/key.ts';

/** What a request carries through a use case besides its input. */
export interface Call {
  /** Aborts when the caller's deadline has passed or the caller is gone. */
  readonly signal: AbortSignal;
  /** For the events that the request causes: traceparent, correlation-id. */
  readonly headers: Readonly<Record<string, string>>;
  /** Set when the caller wants calls with this key to be one call. */
  readonly idempotencyKey?: IdempotencyKey | undefined;
}
