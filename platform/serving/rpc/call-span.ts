import { isTracing, startSpan, type Span } from '../../base/tracing/span.ts';
import type { Protocol } from './codec.ts';
import type { CallSource } from './context.ts';
import type { RpcFault } from './errors.ts';

/** Starts the span of a call that has arrived. */
export type StartCallSpan = (source: Pick<CallSource, 'header'>) => Span | undefined;

const systems: Partial<Record<Protocol, string>> = { grpc: 'grpc', connect: 'connectrpc' };

/**
 * Returns what starts the spans of an RPC's calls, each a child of its caller's traceparent; undefined when tracing is
 * off.
 */
export const callSpans = (rpc: string): ((protocol: Protocol) => StartCallSpan | undefined) => {
  return (protocol) => {
    if (!isTracing()) return undefined;
    const system = systems[protocol];
    const attributes = {
      ...(system !== undefined && { 'rpc.system.name': system }),
      'rpc.method': rpc,
      'inorder.protocol': protocol,
    };
    return (source) => startSpan(rpc, source.header('traceparent'), { kind: 'server', attributes });
  };
};

// The codes that OpenTelemetry counts as errors of a server; the others are answers that the caller can act on.
const faultCodes: ReadonlySet<string> = new Set([
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
]);

/** Ends the span of a call with its status. */
export const endCallSpan = (span: Span, code: string, fault: RpcFault | undefined): void => {
  span.set({
    'rpc.response.status_code': code,
    ...(fault !== undefined && { 'inorder.reason': fault.reason }),
  });
  span.end(faultCodes.has(code) ? code : undefined);
};
