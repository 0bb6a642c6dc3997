import { toBinary, type DescMethod } from '@bufbuild/protobuf';
import {
  Metadata,
  type Deadline,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type ServerUnaryCall,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { Writable } from 'node:stream';
import type { Codec } from './codec.ts';
import type { CallSource } from './context.ts';
import { decodeBinary } from './decode-binary.ts';
import type { RpcFault } from './errors.ts';
import { oddHeadersOf } from './grpc-gate.ts';
import { resetGrpcStream } from './grpc-reset.ts';
import { toGrpcStatus } from './grpc-status.ts';
import { unaryTimeoutMs, type RpcLimits } from './limits.ts';
import type { RpcMethod, RpcService } from './service.ts';
import { createOpenStreams, type OpenStreams } from './open-streams.ts';
import { mountStream, type StreamCall } from './stream.ts';
import { mountUnary } from './unary.ts';

export interface GrpcHandlers {
  readonly definition: ServiceDefinition;
  readonly handlers: UntypedServiceImplementation;
  /** Ends the streams in progress, which would otherwise hold up a graceful stop. */
  stopStreams(): void;
}

/**
 * Creates the handlers of a service for grpc-js. Bytes are passed through unchanged, because decoding is part
 * of the call.
 */
export const createGrpcHandlers = (
  { desc, methods }: RpcService,
  limits: RpcLimits,
): GrpcHandlers => {
  const streams = createOpenStreams();
  const definition: Record<string, ServiceDefinition[string]> = {};
  const handlers: UntypedServiceImplementation = {};
  for (const method of methods) {
    const isStream = method.desc.methodKind === 'server_streaming';
    definition[method.desc.name] = {
      path: `/${desc.typeName}/${method.desc.name}`,
      requestStream: false,
      responseStream: isStream,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    };
    handlers[method.desc.name] = isStream
      ? createStreamHandler(method, streams, limits)
      : createUnaryHandler(method, limits);
  }
  return {
    definition,
    handlers,
    stopStreams: () => streams.stop(),
  };
};

const asIs = (bytes: Buffer): Buffer => bytes;

const createUnaryHandler = (
  method: RpcMethod,
  limits: RpcLimits,
): handleUnaryCall<Buffer, Buffer> => {
  const start = mountUnary(method, createCodec(method.desc));
  return (call, callback) => {
    const { answer } = start(call.request, new UnarySource(call, limits));
    answer.then(
      (bytes) => callback(null, bytes),
      (fault: unknown) => callback(toGrpcStatus(fault as RpcFault)),
    );
  };
};

type WritableCall = Parameters<handleServerStreamingCall<Buffer, Buffer>>[0];

const createStreamHandler = (
  method: RpcMethod,
  streams: OpenStreams,
  limits: RpcLimits,
): handleServerStreamingCall<Buffer, Buffer> => {
  const start = mountStream(method, createCodec(method.desc), limits);
  return (call) => {
    const stream = start(call.request, {
      header: (name) => headerOf(call, name),
      isRepeated: (name) => isRepeated(call, name),
      setAnswerHeaders: (headers) => sendMetadata(call, headers),
      timeoutMs: clientTimeoutMs(call) ?? Infinity,
      cut: () => resetGrpcStream(call),
    });
    streams.add(stream);
    call.on('cancelled', stream.cancel);
    void pipe(stream, call).finally(() => streams.delete(stream));
  };
};

const pipe = async (stream: StreamCall<Buffer>, call: WritableCall): Promise<void> => {
  try {
    for await (const bytes of stream.answers) await writeAndWait(call, bytes);
    call.end();
  } catch (fault) {
    // grpc-js answers with the status of the emitted error, after what was written before.
    call.emit('error', toGrpcStatus(fault as RpcFault));
  }
};

/**
 * Resolves when flow control has accepted the bytes, or the call is cancelled, in which case grpc-js makes no
 * callback.
 */
export const writeAndWait = (
  call: Writable & { cancelled: boolean },
  bytes: Buffer,
): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      call.off('cancelled', done);
      resolve();
    };
    call.once('cancelled', done);
    if (call.cancelled) done();
    else call.write(bytes, done);
  });

const createCodec = ({ input, output }: DescMethod): Codec<Buffer, Buffer> => ({
  protocol: 'grpc',
  decode: (bytes) => decodeBinary(input, bytes),
  // Copied into Node's pool: a view would need a buffer of its own, which is expensive for a small answer.
  encode: (message) => Buffer.from(toBinary(output, message)),
});

// A class, because every call pays for it: no closures, and a listener only where one is needed.
class UnarySource implements CallSource {
  readonly timeoutMs: number;
  readonly #call: ServerUnaryCall<Buffer, Buffer>;

  constructor(call: ServerUnaryCall<Buffer, Buffer>, limits: RpcLimits) {
    this.#call = call;
    this.timeoutMs = unaryTimeoutMs(limits, clientTimeoutMs(call));
  }

  header(name: string): string | undefined {
    return headerOf(this.#call, name);
  }

  isRepeated(name: string): boolean {
    return isRepeated(this.#call, name);
  }

  setAnswerHeaders(headers: ReadonlyMap<string, string>): void {
    sendMetadata(this.#call, headers);
  }

  whenGone(cancel: () => void): void {
    if (this.#call.cancelled) cancel();
    else this.#call.on('cancelled', cancel);
  }
}

const clientTimeoutMs = (call: { getDeadline: () => Deadline }): number | undefined => {
  const deadline = call.getDeadline();
  return deadline === Infinity ? undefined : Number(deadline) - Date.now();
};

const headerOf = (call: { metadata: Metadata }, name: string): string | undefined => {
  const values = call.metadata.get(name).filter((value) => typeof value === 'string');
  return values.length === 0 ? oddHeadersOf(call)?.unprintable.get(name) : values.join(', ');
};

const isRepeated = (call: object, name: string): boolean =>
  oddHeadersOf(call)?.repeated.has(name) ?? false;

/** Does nothing when grpc-js has answered by itself. */
const sendMetadata = (
  call: { sendMetadata: (metadata: Metadata) => void },
  headers: ReadonlyMap<string, string>,
): void => {
  const metadata = new Metadata();
  for (const [name, value] of headers) metadata.set(name, value);
  call.sendMetadata(metadata);
};
