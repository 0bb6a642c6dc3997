import {
  fromBinary,
  type DescMethod,
  type Message,
  type MessageInitShape,
} from '@bufbuild/protobuf';
import { ConnectError } from '@connectrpc/connect';
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { ofConnect, ofGrpc, toBytes, type Outcome } from './rpc-clients.ts';

/** A stream that is being read. */
export interface StreamReader {
  /** The messages received so far. */
  readonly answers: readonly Message[];
  /** How the stream ended; `CANCELLED` when the reader cancelled it. */
  readonly end: Promise<Outcome>;
  cancel(): void;
}

export type ReadStream = (method: StreamMethod, request: object) => StreamReader;
type StreamMethod = DescMethod & { methodKind: 'server_streaming' };

/** Reads a stream with a grpc-js client on its own connection. */
export const createGrpcStreams =
  (port: number): ReadStream =>
  (method, request) => {
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    const answers: Message[] = [];
    const call = client.makeServerStreamRequest(
      `/${method.parent.typeName}/${method.name}`,
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => fromBinary(method.output, bytes),
      toBytes(method, request as MessageInitShape<typeof method.input>),
    );
    call.on('data', (answer: Message) => answers.push(answer));
    const end = new Promise<Outcome>((resolve) => {
      call.on('error', (error: ServiceError) => resolve(ofGrpc(error)));
      call.on('end', () => resolve({ code: 'OK' }));
    }).finally(() => client.close());
    return { answers, end, cancel: () => call.cancel() };
  };

/** Reads a stream over HTTP/1.1. */
export const createHttpStreams = (protocol: 'connect' | 'grpc-web', port: number): ReadStream => {
  const options = { baseUrl: `http://127.0.0.1:${port}`, httpVersion: '1.1' } as const;
  const transport =
    protocol === 'connect' ? createConnectTransport(options) : createGrpcWebTransport(options);
  return (method, request) => {
    const answers: Message[] = [];
    const controller = new AbortController();
    async function* input() {
      await Promise.resolve();
      yield request as MessageInitShape<typeof method.input>;
    }
    const read = async (): Promise<Outcome> => {
      try {
        const { signal } = controller;
        const opened = await transport.stream(method, signal, undefined, undefined, input());
        for await (const answer of opened.message) answers.push(answer);
        return { code: 'OK' };
      } catch (error) {
        return ofConnect(ConnectError.from(error));
      }
    };
    return { answers, end: read(), cancel: () => controller.abort() };
  };
};
