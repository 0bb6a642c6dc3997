import { connect, type ClientHttp2Session } from 'node:http2';
import { create, toBinary, type DescMethodUnary, type MessageInitShape } from '@bufbuild/protobuf';

/** One connection to a gRPC server, without a gRPC client, which would cost more than the service that it calls. */
export interface Caller {
  /** Resolves with the milliseconds until the end of the answer; rejects unless the status is OK. */
  call<M extends DescMethodUnary>(
    method: M,
    request: MessageInitShape<M['input']>,
  ): Promise<number>;
  close(): void;
}

export const openCaller = (port: number): Caller => {
  const session = connect(`http://127.0.0.1:${port}`);
  return {
    call: async (method, request) => {
      const startMs = performance.now();
      const bytes = toBinary(method.input, create(method.input, request));
      const status = await statusOf(session, `/${method.parent.typeName}/${method.name}`, bytes);
      if (status !== '0') throw new Error(`${method.name} was answered with the status ${status}`);
      return performance.now() - startMs;
    },
    close: () => session.close(),
  };
};

const statusOf = (
  session: ClientHttp2Session,
  path: string,
  bytes: Uint8Array,
): Promise<string> => {
  const body = Buffer.alloc(5 + bytes.length);
  body.writeUInt32BE(bytes.length, 1);
  body.set(bytes, 5);
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    let status = 'none';
    const read = (from: Record<string, unknown>) => {
      const found = from['grpc-status'];
      if (typeof found === 'string') status = found;
    };
    stream.on('response', read).on('trailers', read).on('error', reject);
    stream.on('end', () => resolve(status)).resume();
    stream.end(body);
  });
};
