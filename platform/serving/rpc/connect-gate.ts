import type { HandlerContext } from '@connectrpc/connect';
import type { Protocol } from './codec.ts';
import { toConnectError } from './connect-fault.ts';
import { toFault } from './errors.ts';
import type { RpcMethod, RpcService } from './service.ts';
import { connectTimeout, cutTimeout, grpcTimeout } from './timeout-header.ts';

export type Gate = (context: HandlerContext) => void;

/**
 * Refuses calls with a malformed timeout, and those that are not allowed, before Connect reads their bodies.
 * Permission is checked again when the call is opened.
 */
export const createGate = (
  services: readonly RpcService[],
  protocolOf: (context: HandlerContext) => Protocol,
): Gate => {
  const all = services.flatMap(({ methods }) => methods);
  const methods = new Map(all.map((method) => [method.desc, method]));
  return (context) => {
    const method = methods.get(context.method);
    const startedAtMs = performance.now();
    try {
      check(context, method);
    } catch (error) {
      const fault = toFault(error, method?.domain ?? '');
      method?.report(protocolOf(context))({ startedAtMs, fault });
      throw toConnectError(fault);
    }
  };
};

const check = (
  { protocolName, requestHeader }: HandlerContext,
  method: RpcMethod | undefined,
): void => {
  const timeout = protocolName === 'grpc-web' ? grpcTimeout : connectTimeout;
  const text = requestHeader.get(timeout.name);
  if (text !== null) cutTimeout(timeout, text);
  method?.authorize?.({ header: (name) => requestHeader.get(name) ?? undefined });
};
