import type {
  DescMethod,
  DescMethodUnary,
  DescService,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import type { Registry } from 'prom-client';
import type { Logger } from '../../base/logger.ts';
import { createBreaker, type BreakerOptions } from './breaker.ts';
import { openConnection, type ClientTls } from './connection.ts';
import { createClientMetrics } from './metrics.ts';
import { createUnaryCall, type CallLimits, type CallOrigin } from './unary-call.ts';

export interface RpcClientOptions extends Partial<CallLimits> {
  /** The name of the other service in reasons (`<name>-unavailable`), logs and metrics. */
  name: string;
  /** `http://host:port` or `https://host:port`; HTTP/2 in both cases. */
  url: string;
  logger: Logger;
  registry: Registry;
  /** For https. */
  tls?: ClientTls | undefined;
  /** Sent as `authorization: Bearer <token>`. */
  token?: (() => string) | undefined;
  breaker?: Partial<BreakerOptions>;
}

/**
 * The unary RPCs of a service, each of which is retried while the service is unavailable: call only what may
 * arrive twice. Rejects with the service's own refusal as an AppError (same kind, reason, metadata), with the
 * signal's reason when the caller aborts, and otherwise with the AppError `unavailable`,
 * `<name>-unavailable`: then it is not known whether the call was done.
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
  /** Cuts calls in progress; later ones are refused. */
  close(): void;
}

/** Opens a gRPC client with deadline, retries and circuit breaker. Connects with the first call. */
export const openRpcClient = <S extends DescService>(
  desc: S,
  options: RpcClientOptions,
): OpenRpcClient<S> => {
  const { name, url, logger, registry, tls, token } = options;
  const limits = { deadlineMs: options.deadlineMs ?? 2_000, tries: options.tries ?? 3 };
  const connection = openConnection({ url, tls, pingTimeoutMs: limits.deadlineMs });
  const closing = new AbortController();
  const metrics = createClientMetrics(registry, name);
  const breaker = createBreaker({ ...options.breaker, onState: metrics.showBreaker, name, logger });
  const gear = { connection, breaker, metrics, closing: closing.signal };
  const parts = { ...gear, name, logger, limits, token };
  const rpcs = desc.methods
    .filter((method): method is DescMethodUnary => method.methodKind === 'unary')
    .map((method) => [method.localName, createUnaryCall(method, parts)] as const);
  return {
    rpcs: Object.fromEntries(rpcs) as unknown as RpcClient<S>,
    close: () => {
      closing.abort();
      connection.close();
    },
  };
};
