import type { HandlerContext } from '@connectrpc/connect';
import type { Door } from './codec.ts';
import { toConnectError } from './connect-fault.ts';
import { toFault } from './errors.ts';
import type { RpcService } from './service.ts';

export type Gate = (context: HandlerContext) => void;

/**
 * Refuses calls that are not allowed before Connect reads their bodies. Undefined when all are: nothing is
 * asked then. Whoever opens the call checks it again.
 */
export const createGate = (
  services: readonly RpcService[],
  doorOf: (context: HandlerContext) => Door,
): Gate | undefined => {
  const guarded = services
    .flatMap(({ methods }) => methods)
    .filter(({ authorize }) => authorize !== undefined);
  if (guarded.length === 0) return undefined;
  const methods = new Map(guarded.map((method) => [method.desc, method]));
  return (context) => {
    const method = methods.get(context.method);
    const { requestHeader } = context;
    const startedAtMs = performance.now();
    try {
      method?.authorize?.({ header: (name) => requestHeader.get(name) ?? undefined });
    } catch (error) {
      const fault = toFault(error, method?.domain ?? '');
      method?.report(doorOf(context))({ startedAtMs, fault });
      throw toConnectError(fault);
    }
  };
};
