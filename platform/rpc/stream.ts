import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { Codec } from './codec.ts';
import { openCall, type CallSource, type RpcContext } from './context.ts';
import { stoppingFault, toFault, type RpcFault } from './errors.ts';
import type { RpcMethod } from './service.ts';

export interface StreamCall<Out> {
  /** To be read once. Throws an RpcFault, nothing else. */
  readonly answers: AsyncIterable<Out>;
  /** Nobody reads the answers any more. */
  readonly cancel: () => void;
  /** The server is closing: the stream ends with UNAVAILABLE, so that clients go elsewhere. */
  readonly stop: () => void;
}

/** Opens a server-streaming method to a door. Streams have no deadline but their client's. */
export const mountStream = <In, Out>(
  method: RpcMethod,
  codec: Codec<In, Out>,
): ((raw: In, source: CallSource) => StreamCall<Out>) => {
  const { desc, domain } = method;
  const report = method.report(codec.door);
  type Init = MessageInitShape<typeof desc.output>;
  const invoke = method.invoke as (request: unknown, context: RpcContext) => AsyncIterable<Init>;

  return (raw, source) => {
    const startedAtMs = performance.now();
    const aborted = Promise.withResolvers<never>();
    aborted.promise.catch(() => undefined);
    const call = openCall(source, domain, aborted.reject);

    const run = async function* (): AsyncGenerator<Out> {
      let fault: RpcFault | undefined;
      try {
        const request = codec.decode(raw);
        method.check(request);
        for await (const init of interruptible(invoke(request, call.context), aborted.promise))
          yield codec.encode(create(desc.output, init));
      } catch (error) {
        fault = toFault(error, domain);
        throw fault;
      } finally {
        call.end();
        report({ startedAtMs, fault, context: call.context });
      }
    };
    return {
      answers: run(),
      cancel: call.cancel,
      stop: () => call.abort(stoppingFault(domain)),
    };
  };
};

/** Ends the waiting for the next item when `aborted` rejects, even if the source never answers. */
async function* interruptible<T>(
  source: AsyncIterable<T>,
  aborted: Promise<never>,
): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted]);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // Not awaited: a generator that waits for something else would hold the call open.
    iterator.return?.().catch(() => undefined);
  }
}
