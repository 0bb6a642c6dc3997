import type { Call } from '../call.ts';
import type { RpcContext } from './context.ts';

/** What use cases may know of an RPC: its signal, and the headers that are passed on with its events. */
export const toCall = (context: RpcContext): Call => {
  const headers: Record<string, string> = {};
  const correlationId = context.header('correlation-id');
  if (context.traceparent !== undefined) headers['traceparent'] = context.traceparent;
  if (correlationId !== undefined) headers['correlation-id'] = correlationId;
  return { signal: context.signal, headers };
};
