/** What a caller may ask of a server. */
export interface RpcLimits {
  /** Largest message or body, in bytes, in both directions. */
  maxMessageBytes: number;
  /** Time for an answer when the client states none. */
  defaultTimeoutMs: number;
  /** The longest time that a client may ask for; longer ones are reduced. */
  maxTimeoutMs: number;
  /** Headers of one request. */
  maxHeaders: number;
  /** All headers of a request together; leaves room for tokens and the headers of a few proxies. */
  maxHeaderBytes: number;
  /** Concurrent calls on one connection. */
  maxConcurrentStreams: number;
  /** How long the reader of a stream may take nothing while data is waiting. */
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

/** Returns the time that a unary call gets. */
export const unaryTimeoutMs = (limits: RpcLimits, clientMs: number | undefined): number =>
  Math.min(clientMs ?? limits.defaultTimeoutMs, limits.maxTimeoutMs);
