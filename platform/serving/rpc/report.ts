import { Code } from '#gen/google/rpc/code_pb.ts';
import type { Logger } from '../../base/logger.ts';
import type { Metrics } from '../../base/metrics.ts';
import type { Observe } from '../../base/rpc-durations.ts';
import type { Span } from '../../base/tracing/span.ts';
import { endCallSpan } from './call-span.ts';
import type { Protocol } from './codec.ts';
import type { RpcContext } from './context.ts';
import type { RpcFault } from './errors.ts';

const codeNames = new Map(Object.entries(Code).map(([name, code]) => [code as number, name]));

export interface CallEnd {
  startedAtMs: number;
  fault?: RpcFault | undefined;
  context?: RpcContext | undefined;
  span?: Span | undefined;
}

/** Counts and logs the end of each call, and ends its span: bugs once, as errors with their cause; refusals at debug level. */
export type Reporter = (protocol: Protocol) => (end: CallEnd) => void;

export const createReporter =
  ({ rpc, logger, metrics }: { rpc: string; logger: Logger; metrics: Metrics }): Reporter =>
  (protocol) => {
    const observers = new Map<string, Observe>();
    const observerOf = (code: string): Observe => {
      const observe = metrics.rpcDuration({ rpc, protocol, code });
      observers.set(code, observe);
      return observe;
    };
    return ({ startedAtMs, fault, context, span }) => {
      const code = codeNames.get(fault?.code ?? Code.OK) ?? 'UNKNOWN';
      const observe = observers.get(code) ?? observerOf(code);
      observe((performance.now() - startedAtMs) / 1_000, recordedTraceOf(span));
      if (span !== undefined) endCallSpan(span, code, fault);
      if (fault === undefined) return;
      const facts = { rpc, protocol, code, trace_id: context?.traceId, caller: context?.caller };
      if (fault.code === Code.INTERNAL) logger.error({ ...facts, err: fault.cause }, 'rpc failed');
      else
        // the message may quote the request
        logger.debug({ ...facts, reason: fault.reason, err: outsideCause(fault) }, 'rpc refused');
    };
  };

const recordedTraceOf = (span: Span | undefined): string | undefined =>
  span?.isRecorded === true ? span.traceId : undefined;

/** The cause of a refusal that came from outside: an error of a database or a broker. */
const outsideCause = ({ cause }: RpcFault): unknown =>
  cause instanceof Error ? cause.cause : undefined;
