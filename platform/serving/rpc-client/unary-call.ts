import type { DescMethodUnary, Message, MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import type { Call } from '../call.ts';
import { backoffMs } from '../../base/backoff.ts';
import { AppError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { sleep } from '../../base/sleep.ts';
import { failureOf, startSpan } from '../../base/tracing/span.ts';
import { isBreakerOpen, type Breaker } from './breaker.ts';
import { isAway, toRefusal } from './call-error.ts';
import type { Connection } from './connection.ts';
import type { CallOutcome, ClientMetrics } from './metrics.ts';

export interface CallLimits {
  /** The deadline of each try. Default 2,000. */
  deadlineMs: number;
  /** At most this many tries. Default 3. */
  tries: number;
}

export interface UnaryCallParts {
  /** The name of the service that is called. */
  name: string;
  connection: Connection;
  breaker: Breaker;
  metrics: ClientMetrics;
  logger: Logger;
  limits: CallLimits;
  /** Aborts when the client is closed. */
  closing: AbortSignal;
  token: (() => string) | undefined;
}

/**
 * The caller's context: the signal ends the call, the headers (traceparent, correlation-id) are passed on.
 */
export type CallOrigin = Pick<Call, 'signal' | 'headers'>;
type Request = MessageInitShape<DescMethodUnary['input']>;
/** The service replied: with an answer, or with an error. */
type Reply = { answer: Message } | { fault: ConnectError };

// Short, because a caller waits: retries bridge a lost connection or the end of a replica, but not an outage.
const pause = { firstMs: 100, maxMs: 1_000 };

/** Creates one RPC as a function; see RpcClient for what it promises. */
export const createUnaryCall = (method: DescMethodUnary, parts: UnaryCallParts) => {
  const { breaker, metrics, closing } = parts;
  const rpc = `${method.parent.typeName}/${method.name}`;
  const attempt = createAttempt(method, parts);
  const run = async (request: Request, origin: CallOrigin, limits: CallLimits): Promise<Reply> => {
    for (let number = 1; ; number += 1) {
      origin.signal.throwIfAborted();
      closing.throwIfAborted();
      try {
        return await breaker.run(() => attempt(request, origin, limits.deadlineMs));
      } catch (error) {
        if (number >= limits.tries || !isAway(error)) throw error;
      }
      metrics.countRetry(rpc);
      await sleep(backoffMs(number, pause), origin.signal);
    }
  };
  const call = async (request: Request, origin: CallOrigin, limits: Partial<CallLimits>) => {
    const startedAtMs = performance.now();
    const end = (outcome: CallOutcome) =>
      metrics.observe(rpc, outcome, (performance.now() - startedAtMs) / 1_000);
    try {
      const reply = await run(request, origin, { ...parts.limits, ...limits });
      if ('fault' in reply) throw reply.fault;
      end('ok');
      return reply.answer;
    } catch (error) {
      end(outcomeOf(error, origin.signal));
      throw explain(error, { rpc, signal: origin.signal, ...parts });
    }
  };
  return traced(rpc, call);
};

type UnaryCall = (
  request: Request,
  origin: CallOrigin,
  limits: Partial<CallLimits>,
) => Promise<Message>;

/** All tries of a call are one span; its traceparent is sent. */
const traced = (rpc: string, call: UnaryCall) => {
  const options = {
    kind: 'client' as const,
    attributes: { 'rpc.system.name': 'grpc', 'rpc.method': rpc },
  };
  return async (request: Request, origin: CallOrigin, limits: Partial<CallLimits> = {}) => {
    const span = startSpan(rpc, origin.headers['traceparent'], options);
    if (span === undefined) return call(request, origin, limits);
    const headers = { ...origin.headers, traceparent: span.traceparent };
    try {
      const answer = await call(request, { ...origin, headers }, limits);
      span.end();
      return answer;
    } catch (error) {
      span.end(failureOf(error));
      throw error;
    }
  };
};

const createAttempt =
  (method: DescMethodUnary, { connection, token }: UnaryCallParts) =>
  async (request: Request, { signal, headers }: CallOrigin, deadlineMs: number): Promise<Reply> => {
    const sent = token === undefined ? headers : { ...headers, authorization: `Bearer ${token()}` };
    try {
      const { message } = await connection.transport.unary(
        method,
        signal,
        deadlineMs,
        sent,
        request,
      );
      return { answer: message };
    } catch (error) {
      signal.throwIfAborted();
      const fault = ConnectError.from(error);
      if (!isAway(fault)) return { fault };
      if (fault.code === Code.DeadlineExceeded) connection.dropConnecting();
      throw fault;
    }
  };

const outcomeOf = (error: unknown, signal: AbortSignal): CallOutcome => {
  if (signal.aborted) return 'aborted';
  return toRefusal(error) === undefined ? 'unavailable' : 'refused';
};

interface Facts extends UnaryCallParts {
  rpc: string;
  signal: AbortSignal;
}

/** Converts a failure to what the caller gets. */
const explain = (error: unknown, { name, rpc, signal, logger, closing }: Facts): unknown => {
  if (signal.aborted) return signal.reason;
  const refusal = toRefusal(error);
  if (refusal !== undefined) return refusal;
  const isExpected = isAway(error) || isBreakerOpen(error) || closing.aborted;
  if (!isExpected)
    logger.warn(
      { client: name, rpc, err: error },
      'call failed with an error that neither service declares',
    );
  const message = `${name} is not available at the moment.`;
  return new AppError('unavailable', `${name}-unavailable`, message, { cause: error });
};
