import {
  Health,
  HealthCheckRequestSchema,
  type HealthCheckResponse,
} from '#gen/grpc/health/v1/health_pb.ts';
import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { Client, credentials, Server, ServerCredentials, type ServiceError } from '@grpc/grpc-js';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { AppError } from '../../base/errors.ts';
import { startHttpServer } from '../http/server.ts';
import { createMetrics } from '../../base/metrics.ts';
import { createReadiness } from '../../base/readiness.ts';
import type { RpcContext } from './context.ts';
import { createGrpcHandlers } from './grpc-handlers.ts';
import { defaultRpcLimits } from './limits.ts';
import { createRpcService } from './service.ts';

type Answer = MessageInitShape<typeof Health.method.watch.output>;

// The name asked for picks how the stream goes on after two messages.
async function* watch(
  { service }: { service: string },
  { signal }: RpcContext,
): AsyncGenerator<Answer> {
  yield { status: 1 };
  yield { status: 2 };
  if (service === 'refused') throw new AppError('conflict', 'busy', 'try again');
  if (service === 'endless')
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
}

const logger = pino({ level: 'silent' });
const metrics = createMetrics();
const service = createRpcService(
  Health,
  { check: () => Promise.resolve({}), list: () => Promise.resolve({}), watch },
  { logger, metrics },
);
const readiness = createReadiness({ checks: {}, stopping: new AbortController().signal });

const startHttp = () =>
  startHttpServer({ host: '127.0.0.1', port: 0, services: [service], readiness, metrics, logger });

test.each([
  ['connect', createConnectTransport],
  ['grpc-web', createGrpcWebTransport],
])('a stream over %s ends, fails and is stopped', async (_name, transport) => {
  const http = await startHttp();
  const baseUrl = `http://127.0.0.1:${http.port}`;
  const client = createClient(Health, transport({ baseUrl, httpVersion: '1.1' }));
  const read = async (name: string, onEach: (count: number) => void = () => undefined) => {
    const statuses: number[] = [];
    try {
      for await (const { status } of client.watch({ service: name })) onEach(statuses.push(status));
    } catch (error) {
      return { statuses, error: (error as Error).message };
    }
    return { statuses };
  };
  expect(await read('short')).toEqual({ statuses: [1, 2] });
  expect(await read('refused')).toEqual({ statuses: [1, 2], error: '[aborted] try again' });
  const closing = Promise.withResolvers<Promise<void>>();
  const endless = await read('endless', (count) => {
    if (count === 2) closing.resolve(http.close());
  });
  expect(endless.error).toMatch('the server is stopping');
  await closing.promise;
});

test('a stream whose request arrives while the server closes is stopped, too', async () => {
  const http = await startHttp();
  const socket = connect(http.port, '127.0.0.1');
  const answer = text(socket);
  socket.write('POST /grpc.health.v1.Health/Watch HTTP/1.1\r\nhost: x\r\n');
  // a second connection is answered when the first has been looked at
  await fetch(`http://127.0.0.1:${http.port}/healthz`);
  const closing = http.close();
  const body = enveloped({ service: 'endless' });
  socket.write(`content-type: application/connect+json\r\ncontent-length: ${body.length}\r\n\r\n`);
  socket.write(body);
  expect(await answer).toMatch('the server is stopping');
  await closing;
});

const enveloped = (request: object): Buffer => {
  const json = JSON.stringify(request);
  return Buffer.concat([Buffer.from([0, 0, 0, 0, json.length]), Buffer.from(json)]);
};

test('a stream over gRPC ends, fails and is stopped', async () => {
  const mounted = createGrpcHandlers(service, defaultRpcLimits);
  const server = new Server();
  server.addService(mounted.definition, mounted.handlers);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const read = (name: string, onEach: (count: number) => void = () => undefined) =>
    new Promise((resolve) => {
      const statuses: number[] = [];
      const call = client.makeServerStreamRequest(
        '/grpc.health.v1.Health/Watch',
        (bytes: Buffer) => bytes,
        (bytes: Buffer) => fromBinary(Health.method.watch.output, bytes),
        Buffer.from(
          toBinary(HealthCheckRequestSchema, create(HealthCheckRequestSchema, { service: name })),
        ),
      );
      call.on('data', ({ status }: HealthCheckResponse) => onEach(statuses.push(status)));
      call.on('error', ({ details }: ServiceError) => resolve({ statuses, error: details }));
      call.on('end', () => resolve({ statuses }));
    });
  expect(await read('short')).toEqual({ statuses: [1, 2] });
  expect(await read('refused')).toEqual({ statuses: [1, 2], error: 'try again' });
  const stopAt = (at: number) => (seen: number) => {
    if (seen === at) mounted.stopStreams();
  };
  expect(await read('endless', stopAt(2))).toEqual({
    statuses: [1, 2],
    error: 'the server is stopping',
  });
  // on its way when the others were stopped
  expect(await read('endless')).toEqual({ statuses: [], error: 'the server is stopping' });
  client.close();
  await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
});

test('a NUL in a string is refused with its field', async () => {
  const http = await startHttp();
  const response = await fetch(`http://127.0.0.1:${http.port}/grpc.health.v1.Health/Check`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ service: 'a\0b' }),
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    message: 'service: must not contain the character U+0000',
  });
  await http.close();
});
