import { BadRequestSchema, ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { StatusSchema } from '#gen/google/rpc/status_pb.ts';
import { Code } from '#gen/google/rpc/code_pb.ts';
import {
  create,
  fromBinary,
  toBinary,
  type DescMethod,
  type Message,
  type MessageInitShape,
} from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { ConnectError, type Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';

export interface CallOptions {
  headers?: Record<string, string>;
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** What a caller sees, in the same words for every protocol. */
export interface Outcome {
  code: string;
  answer?: Message;
  message?: string;
  reason?: string;
  domain?: string;
  metadata?: Record<string, string>;
  violations?: { field: string; description: string }[];
}

export interface RpcClient {
  call(method: DescMethod, request: object, options?: CallOptions): Promise<Outcome>;
  close(): void;
}

/** Creates a plain grpc-js client. */
export const createGrpcClient = (port: number): RpcClient => {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  return {
    call: (method, request, options = {}) =>
      new Promise((resolve) => {
        const metadata = new Metadata();
        for (const [name, value] of Object.entries(options.headers ?? {}))
          metadata.set(name, value);
        const bytes = Buffer.isBuffer(request)
          ? request
          : toBytes(method, request as MessageInitShape<typeof method.input>);
        const call = client.makeUnaryRequest(
          `/${method.parent.typeName}/${method.name}`,
          (one: Buffer) => one,
          (one: Buffer) => one,
          bytes,
          metadata,
          options.timeoutMs === undefined ? {} : { deadline: Date.now() + options.timeoutMs },
          (error, answer) =>
            resolve(
              error === null
                ? { code: 'OK', answer: fromBinary(method.output, answer as Buffer) }
                : ofGrpc(error),
            ),
        );
        options.signal?.addEventListener('abort', () => call.cancel());
      }),
    close: () => client.close(),
  };
};

/** Creates a Connect or gRPC-Web client over HTTP/1.1 with the binary encoding. */
export const createHttpRpcClient = (protocol: 'connect' | 'grpc-web', port: number): RpcClient => {
  const options = { baseUrl: `http://127.0.0.1:${port}`, httpVersion: '1.1' } as const;
  const transport: Transport =
    protocol === 'connect' ? createConnectTransport(options) : createGrpcWebTransport(options);
  return {
    call: async (method, request, { headers, timeoutMs, signal } = {}) => {
      if (method.methodKind !== 'unary') throw new Error('unary only');
      try {
        const { message } = await transport.unary(
          method as DescMethod & { methodKind: 'unary' },
          signal,
          timeoutMs,
          headers,
          request as MessageInitShape<typeof method.input>,
        );
        return { code: 'OK', answer: message };
      } catch (error) {
        return ofConnect(ConnectError.from(error));
      }
    },
    close: () => undefined,
  };
};

export const toBytes = (method: DescMethod, init: MessageInitShape<DescMethod['input']>): Buffer =>
  Buffer.from(toBinary(method.input, create(method.input, init)));

const nameOf = (code: number): string =>
  Object.entries(Code).find(([, number]) => number === code)?.[0] ?? String(code);

export const ofGrpc = (error: ServiceError): Outcome => {
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  const details = Buffer.isBuffer(bytes) ? fromBinary(StatusSchema, bytes).details : [];
  const info = details.map((any) => anyUnpack(any, ErrorInfoSchema)).find((one) => one);
  const bad = details.map((any) => anyUnpack(any, BadRequestSchema)).find((one) => one);
  return outcome(error.code, error.details, { info, bad });
};

export const ofConnect = (error: ConnectError): Outcome => {
  const [info] = error.findDetails(ErrorInfoSchema);
  const [bad] = error.findDetails(BadRequestSchema);
  return outcome(error.code, error.rawMessage, { info, bad });
};

interface Details {
  info: { reason: string; domain: string; metadata: Record<string, string> } | undefined;
  bad: { fieldViolations: { field: string; description: string }[] } | undefined;
}

const outcome = (code: number, message: string, { info, bad }: Details): Outcome => ({
  code: nameOf(code),
  message,
  ...(info && { reason: info.reason, domain: info.domain, metadata: info.metadata }),
  ...(bad && {
    violations: bad.fieldViolations.map(({ field, description }) => ({ field, description })),
  }),
});
