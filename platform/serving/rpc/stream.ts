import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { runIn } from '../../base/tracing/span.ts';
import type { Codec } from './codec.ts';
import { openCall, type CallSource, type OpenCall, type RpcContext } from './context.ts';
import { stalledFault, stoppingFault, toFault, type RpcFault } from './errors.ts';
import { createInterruptible } from './interruptible.ts';
import type { RpcLimits } from './limits.ts';
import type { RpcMethod } from './service.ts';

export interface StreamCall<Out> {
  /** To be iterated once. Throws an RpcFault, nothing else. */
  readonly answers: AsyncIterable<Out>;
  /** Called when the server begins to send before there is an answer. */
  readonly begin: () => void;
  /** Called when nobody reads the answers any more. */
  readonly cancel: () => void;
  /** Called when the server is closing: the stream ends with UNAVAILABLE, so that clients go elsewhere. */
  readonly stop: () => void;
}

export interface StreamSource extends CallSource {
  /** Breaks the connection of a client that stopped reading: no status would reach it either. */
  cut(): void;
}

/**
 * Opens a server-streaming method for a protocol. The next answer is produced when the previous one was
 * written. A stream has no deadline but its client's; a client that reads nothing for `maxStallMs` is cut
 * off.
 */
export const mountStream = <In, Out>(
  method: RpcMethod,
  codec: Codec<In, Out>,
  { maxStallMs }: RpcLimits,
): ((raw: In, source: StreamSource) => StreamCall<Out>) => {
  const { desc, domain } = method;
  const report = method.report(codec.protocol);
  const startSpan = method.spans(codec.protocol);
  type Init = MessageInitShape<typeof desc.output>;
  const invoke = method.invoke as (request: unknown, context: RpcContext) => AsyncIterable<Init>;

  return (raw, source) => {
    const items = createInterruptible<Init>();
    // At once, even when the server never reads on, so that the implementation's resources are released.
    const finish = (fault: RpcFault | undefined, { startedAtMs, context, span }: OpenCall) => {
      report({ startedAtMs, fault, context, span });
      items.end(fault);
    };
    const call = openCall(source, domain, finish);
    if (call.isOpen()) call.span = startSpan?.(source);
    const stalled = () => {
      call.abort(stalledFault(domain));
      source.cut();
    };

    const run = async function* (): AsyncGenerator<Out> {
      let fault: RpcFault | undefined;
      try {
        if (method.authorize !== undefined) call.allow(method.authorize(call.context));
        if (method.admit !== undefined) await method.admit();
        const request = codec.decode(raw);
        method.check(request);
        items.start(() => invoke(request, call.context));
        for (;;) {
          const next = await runIn(call.span, () => items.next());
          if (next.done === true) return;
          call.begin();
          const stall = setTimeout(stalled, maxStallMs);
          try {
            yield codec.encode(create(desc.output, next.value));
          } finally {
            clearTimeout(stall);
          }
        }
      } catch (error) {
        fault = toFault(error, domain);
        throw fault;
      } finally {
        if (call.end()) finish(fault, call);
      }
    };
    return {
      answers: run(),
      begin: () => call.begin(),
      cancel: call.cancel,
      stop: () => call.abort(stoppingFault(domain)),
    };
  };
};
