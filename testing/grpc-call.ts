import { StatusSchema } from '#gen/google/rpc/status_pb.ts';
import { BadRequestSchema, ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { fromBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { connect } from 'node:http2';

export interface GrpcAnswer {
  /** `grpc-status` as a number; undefined when there is none. */
  code: number | undefined;
  message: string;
  /** The reason in the ErrorInfo detail. */
  reason: string | undefined;
  /** The fields that the BadRequest detail names. */
  fields: string[];
  bytes: Buffer;
  /** The error code of the RST_STREAM that ended the stream; 0 when there was none. */
  reset: number;
}

export interface GrpcCall {
  path: string;
  /** A header with a list of values is sent several times. */
  headers?: Record<string, string | string[]>;
  message: Uint8Array;
}

/** Makes one call with headers that gRPC's own clients refuse to send, on a connection of its own. */
export const callGrpc = (port: number, { path, headers, message }: GrpcCall): Promise<GrpcAnswer> =>
  new Promise((resolve, reject) => {
    const session = connect(`http://127.0.0.1:${port}`);
    session.on('error', reject);
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      te: 'trailers',
      'content-type': 'application/grpc',
      ...headers,
    });
    const heard: Record<string, unknown> = {};
    const chunks: Buffer[] = [];
    stream.on('response', (some) => void Object.assign(heard, some));
    stream.on('trailers', (some) => void Object.assign(heard, some));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', () => undefined);
    stream.on('close', () => {
      session.destroy();
      const bytes = Buffer.concat(chunks).subarray(5);
      resolve({ ...statusOf(heard), bytes, reset: stream.rstCode });
    });
    const head = Buffer.alloc(5);
    head.writeUInt32BE(message.length, 1);
    stream.end(Buffer.concat([head, message]));
  });

const statusOf = (heard: Record<string, unknown>): Omit<GrpcAnswer, 'bytes' | 'reset'> => {
  const {
    'grpc-status': code,
    'grpc-message': message = '',
    'grpc-status-details-bin': bytes,
  } = heard as Record<string, string | undefined>;
  const details = bytes ? fromBinary(StatusSchema, Buffer.from(bytes, 'base64')).details : [];
  const info = details.map((any) => anyUnpack(any, ErrorInfoSchema)).find((one) => one);
  const bad = details.map((any) => anyUnpack(any, BadRequestSchema)).find((one) => one);
  return {
    code: code === undefined ? undefined : Number(code),
    message: decodeURIComponent(message),
    reason: info?.reason,
    fields: bad?.fieldViolations.map(({ field }) => field) ?? [],
  };
};
