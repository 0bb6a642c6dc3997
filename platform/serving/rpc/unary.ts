import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { Codec } from './codec.ts';
import { openCall, type CallSource, type OpenCall, type RpcContext } from './context.ts';
import { toFault, type RpcFault } from './errors.ts';
import type { RpcMethod } from './service.ts';

export interface UnaryCall<Out> {
  /** Rejects with an RpcFault, nothing else. */
  readonly answer: Promise<Out>;
  /** Called when nobody waits for the answer any more. Does nothing when the call has ended. */
  readonly cancel: () => void;
}

/**
 * Opens a unary method for a protocol; the returned function starts one call and never throws. A call whose
 * deadline passes is answered at once, even when the implementation ignores its signal.
 */
export const mountUnary = <In, Out>(
  method: RpcMethod,
  codec: Codec<In, Out>,
): ((raw: In, source: CallSource) => UnaryCall<Out>) => {
  const { desc, domain, check, authorize, admit } = method;
  const report = method.report(codec.protocol);
  const startSpan = method.spans(codec.protocol);
  type Init = MessageInitShape<typeof desc.output>;
  const invoke = method.invoke as (request: unknown, context: RpcContext) => Promise<Init>;
  const handle = async (raw: In, call: OpenCall): Promise<Out> => {
    if (authorize !== undefined) call.allow(authorize(call.context));
    if (admit !== undefined) await admit();
    const request = codec.decode(raw);
    check(request);
    return codec.encode(create(desc.output, await invoke(request, call.context)));
  };

  return (raw, source) => {
    const { promise: answer, resolve, reject } = Promise.withResolvers<Out>();
    const fail = (fault: RpcFault, { startedAtMs, context, span }: OpenCall) => {
      report({ startedAtMs, fault, context, span });
      reject(fault);
    };
    const call = openCall(source, domain, fail);
    if (call.isOpen()) {
      call.span = startSpan?.(source);
      const handling = call.span?.run(() => handle(raw, call)) ?? handle(raw, call);
      handling.then(
        (out) => {
          if (!call.end()) return;
          report(call);
          resolve(out);
        },
        // Errors after the end of the call are usually caused by the abort; the client has its answer.
        (error: unknown) => {
          if (call.end()) fail(toFault(error, domain), call);
        },
      );
    }
    return { answer, cancel: call.cancel };
  };
};
