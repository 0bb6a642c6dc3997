import {
  ServerReflection as V1,
  ServerReflectionRequestSchema,
  ServerReflectionResponseSchema,
  type ServerReflectionRequest,
} from '#gen/grpc/reflection/v1/reflection_pb.ts';
import { ServerReflection as V1Alpha } from '#gen/grpc/reflection/v1alpha/reflection_pb.ts';
import { fromBinary, toBinary, type DescService } from '@bufbuild/protobuf';
import { status, type handleBidiStreamingCall, type Server } from '@grpc/grpc-js';
import { stoppingFault } from './errors.ts';
import { writeAndWait } from './grpc-handlers.ts';
import { resetGrpcStream } from './grpc-reset.ts';
import { toGrpcStatus } from './grpc-status.ts';
import { createOpenStreams } from './open-streams.ts';
import { createReflection, type Reflect } from './reflection.ts';

const versions = [V1, V1Alpha];

/**
 * Serves reflection over these services and itself, in both versions that clients use, which differ in name
 * only. `stopStreams` ends the streams in progress, of which clients keep one open between two requests.
 */
export const addGrpcReflection = (
  server: Server,
  services: readonly DescService[],
  { maxStallMs }: { maxStallMs: number },
): { stopStreams(): void } => {
  const streams = createOpenStreams();
  const reflect = createReflection([...services, ...versions]);
  for (const { typeName, method } of versions) {
    const { name } = method.serverReflectionInfo;
    const definition = {
      path: `/${typeName}/${name}`,
      requestStream: true,
      responseStream: true,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    };
    const handle: Handler = (call) => {
      const open = { stop: () => void call.emit('error', toGrpcStatus(stoppingFault(''))) };
      // Rejects when the client has gone, so there is nobody to answer.
      answerAll(call, reflect, maxStallMs)
        .catch(() => undefined)
        .finally(() => streams.delete(open));
      streams.add(open);
    };
    server.addService({ [name]: definition }, { [name]: handle });
  }
  return { stopStreams: () => streams.stop() };
};

const asIs = (bytes: Buffer): Buffer => bytes;

type Handler = handleBidiStreamingCall<Buffer, Buffer>;
type Call = Parameters<Handler>[0];

/**
 * One request at a time, the next when the answer was written: a client that does not read costs little
 * memory.
 */
const answerAll = async (call: Call, reflect: Reflect, maxStallMs: number): Promise<void> => {
  for await (const bytes of call as AsyncIterable<Buffer>) {
    const request = read(bytes);
    if (request === undefined) {
      // grpc-js answers with the status of the emitted error
      call.emit('error', { code: status.INVALID_ARGUMENT, details: 'the message is no question' });
      return;
    }
    const answer = toBinary(ServerReflectionResponseSchema, reflect(request));
    const stall = setTimeout(() => resetGrpcStream(call), maxStallMs);
    await writeAndWait(call, Buffer.from(answer)).finally(() => clearTimeout(stall));
  }
  call.end();
};

const read = (bytes: Buffer): ServerReflectionRequest | undefined => {
  try {
    return fromBinary(ServerReflectionRequestSchema, bytes);
  } catch {
    return undefined;
  }
};
