import type {
  DescMethod,
  DescMethodUnary,
  DescService,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import type { Registry } from 'prom-client';
import type { Call } from '../call.ts';
import type { Logger } from '../logger.ts';
import { minTlsVersion } from '../tls.ts';
import { createBreaker, type BreakerOptions } from './breaker.ts';
import { createClientMetrics } from './metrics.ts';
import { createUnaryCall, type CallLimits } from './unary-call.ts';

export interface RpcClientOptions extends Partial<CallLimits> {
  /** What the other service is called in reasons (`<name>-unavailable`), logs and metrics. */
  name: string;
  /** `http://host:port` or `https://host:port`; HTTP/2 either way. */
  url: string;
  logger: Logger;
  registry: Registry;
  /** For https: authorities besides the system's, and what we show of ourselves. In PEM. */
  tls?: { ca?: Buffer; cert?: Buffer; key?: Buffer } | undefined;
  /** Sent as `authorization: Bearer <token>`. */
  token?: string | undefined;
  breaker?: Partial<BreakerOptions>;
}

/** Who asks: the signal ends the call, the headers (traceparent, correlation-id) go with it. */
export type CallOrigin = Pick<Call, 'signal' | 'headers'>;

/**
 * The unary RPCs of a service, each of which is tried again when the service is away: call only what may
 * arrive twice. Rejects with the service's own refusal as an AppError (same kind, reason, metadata), with
 * the signal's reason when the caller aborts, with AppError `unavailable`, `<name>-unavailable`, otherwise:
 * then it is not known whether the call was done.
 */
export type RpcClient<S extends DescService> = {
  readonly [Name in UnaryNames<S>]: UnaryRpc<S['method'][Name]>;
};

type UnaryNames<S extends DescService> = {
  [Name in keyof S['method']]: S['method'][Name] extends { methodKind: 'unary' } ? Name : never;
}[keyof S['method']];

type UnaryRpc<M extends DescMethod> =
  M extends DescMethodUnary<infer I, infer O>
    ? (
        request: MessageInitShape<I>,
        origin: CallOrigin,
        limits?: Partial<CallLimits>,
      ) => Promise<MessageShape<O>>
    : never;

export interface OpenRpcClient<S extends DescService> {
  readonly rpcs: RpcClient<S>;
  /** Cuts calls under way; later ones are refused. */
  close(): void;
}

// A connection whose other end is silent for this long is asked for a sign of life before it is used again.
const pingIntervalMs = 10_000;
const maxAnswerBytes = 4_194_304;

/** Opens a gRPC client with deadline, retries and circuit breaker. Connects with the first call. */
export const openRpcClient = <S extends DescService>(
  desc: S,
  options: RpcClientOptions,
): OpenRpcClient<S> => {
  const { name, url, logger, registry, tls, token } = options;
  const limits = { deadlineMs: options.deadlineMs ?? 2_000, tries: options.tries ?? 3 };
  const pings = { pingIntervalMs, pingTimeoutMs: limits.deadlineMs };
  const sessionManager = new Http2SessionManager(url, pings, {
    ...tls,
    minVersion: minTlsVersion,
  });
  const transport = createGrpcTransport({
    baseUrl: url,
    sessionManager,
    acceptCompression: [],
    readMaxBytes: maxAnswerBytes,
  });
  const closing = new AbortController();
  const metrics = createClientMetrics(registry, name);
  const breaker = createBreaker({ ...options.breaker, onState: metrics.showBreaker, name, logger });
  const parts = {
    name,
    transport,
    breaker,
    metrics,
    logger,
    limits,
    closing: closing.signal,
    token,
  };
  const rpcs = desc.methods
    .filter((method): method is DescMethodUnary => method.methodKind === 'unary')
    .map((method) => [method.localName, createUnaryCall(method, parts)] as const);
  return {
    rpcs: Object.fromEntries(rpcs) as unknown as RpcClient<S>,
    close: () => {
      closing.abort();
      sessionManager.abort();
    },
  };
};
