/** What a request carries through a use case besides its input. */
export interface Call {
  /** Aborts when the caller's deadline has passed or the caller is gone. */
  readonly signal: AbortSignal;
  /** For the events that the request causes: traceparent, correlation-id. */
  readonly headers: Readonly<Record<string, string>>;
}
