/** What a caller may ask of a server. */
export interface RpcLimits {
  /** Largest message or body, in bytes, either way. */
  maxMessageBytes: number;
  /** Time for an answer when the client names none. */
  defaultTimeoutMs: number;
  /** The longest time that a client may ask for; longer ones are cut. */
  maxTimeoutMs: number;
  /** Of one request. */
  maxHeaders: number;
  /** All headers of a request together: tokens and the marks of a few proxies fit. */
  maxHeaderBytes: number;
  /** Calls at a time on one connection. */
  maxConcurrentStreams: number;
  /** How long the reader of a stream may take nothing of what is there for it. */
  maxStallMs: number;
}

export const defaultRpcLimits: RpcLimits = {
  maxMessageBytes: 1_048_576,
  defaultTimeoutMs: 10_000,
  maxTimeoutMs: 60_000,
  maxHeaders: 100,
  maxHeaderBytes: 16_384,
  maxConcurrentStreams: 1_000,
  maxStallMs: 60_000,
};

/** The time that a unary call gets. */
export const unaryTimeoutMs = (limits: RpcLimits, clientMs: number | undefined): number =>
  Math.min(clientMs ?? limits.defaultTimeoutMs, limits.maxTimeoutMs);
