import {
  Health,
  HealthCheckRequestSchema,
  HealthCheckResponseSchema,
} from '#gen/grpc/health/v1/health_pb.ts';
import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import {
  create as createMessage,
  fromBinary,
  toBinary,
  type MessageInitShape,
} from '@bufbuild/protobuf';
import { Client, credentials } from '@grpc/grpc-js';
import { spawn } from 'node:child_process';
import type { Implementation } from './rpc/implementation.ts';
import {
  startRpcFixture,
  type RpcFixture,
  type RpcFixtureOptions,
} from '../../testing/rpc-fixture.ts';
import { waitFor } from '../../testing/wait-for.ts';
import { startGrpcServer } from './grpc-server.ts';
import { createReadiness } from '../base/readiness.ts';
import { pino } from 'pino';

const order = { userId: 1n, items: [{ sku: 1n, count: 1 }] };
const never = () => new Promise<never>(() => undefined);
const unused = () => Promise.reject(new Error('unused'));
const unusedStream = (): never => {
  throw new Error('unused');
};

let fixture: RpcFixture | undefined;
afterEach(async () => {
  await fixture?.close();
  fixture = undefined;
});

const start = async (
  orderCreate: Implementation<typeof LomsService>['orderCreate'],
  options?: RpcFixtureOptions,
): Promise<RpcFixture> => {
  const calls = { orderInfo: unused, orderPay: unused, orderCancel: unused, stocksInfo: unused };
  const rest = { ...calls, watchOrder: unusedStream };
  fixture = await startRpcFixture(LomsService, { orderCreate, ...rest }, options);
  return fixture;
};

const create = (
  { clients }: RpcFixture,
  options?: { timeoutMs?: number; signal?: AbortSignal },
  request: object = order,
) => clients.grpc.call(LomsService.method.orderCreate, request, options);

const health = async ({ clients }: RpcFixture, service = '') => {
  const { code, answer } = await clients.grpc.call(Health.method.check, { service });
  return answer === undefined ? code : (answer as unknown as { status: number }).status;
};
const SERVING = 1;
const NOT_SERVING = 2;

describe('a deadline', () => {
  test('is ten seconds by default, cut to the longest allowed, and aborts the signal', async () => {
    let signal: AbortSignal | undefined;
    const slow = (_: unknown, context: { signal: AbortSignal }) => {
      ({ signal } = context);
      return never();
    };
    const server = await start(slow, { limits: { defaultTimeoutMs: 50, maxTimeoutMs: 80 } });
    expect(await create(server)).toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      reason: 'deadline-exceeded',
    });
    expect(signal?.aborted).toBe(true);
    const startedAt = performance.now();
    expect(await create(server, { timeoutMs: 30_000 })).toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    });
    expect(performance.now() - startedAt).toBeLessThan(50_000);
  });

  test('of the client is kept and counted as such', async () => {
    const server = await start(never);
    // on a busy machine a deadline so short may pass before the call has left
    const hasBeenCounted = async () => {
      const outcome = await create(server, { timeoutMs: 40 });
      expect(outcome).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
      return /code="DEADLINE_EXCEEDED"} [1-9]/.test(await server.metrics.registry.metrics());
    };
    await waitFor(hasBeenCounted, { what: 'the call to be counted' });
  });
});

test('a client that goes away aborts the signal', async () => {
  const aborted = Promise.withResolvers<string>();
  const started = Promise.withResolvers<undefined>();
  const server = await start((_request, { signal }) => {
    signal.addEventListener('abort', () => aborted.resolve((signal.reason as Error).message));
    started.resolve(undefined);
    return never();
  });
  const client = new AbortController();
  const outcome = create(server, { signal: client.signal });
  await started.promise;
  client.abort();
  expect((await outcome).code).toBe('CANCELLED');
  expect(await aborted.promise).toBe('the client has gone');
});

describe('bytes', () => {
  test('that are no message are the caller’s fault', async () => {
    const server = await start(() => Promise.resolve({}));
    const outcome = await create(server, {}, Buffer.from([0x0a, 0xff, 0xff]));
    expect(outcome).toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'invalid-request' });
  });

  test('of a message that is too large are refused', async () => {
    const server = await start(() => Promise.resolve({}), { limits: { maxMessageBytes: 100 } });
    const items = Array.from({ length: 100 }, () => ({ sku: 1n, count: 1 }));
    expect((await create(server, {}, { userId: 1n, items })).code).toBe('RESOURCE_EXHAUSTED');
    expect((await create(server)).code).toBe('OK');
  });

  test('of an answer that cannot be encoded are a bug, logged once', async () => {
    type Answer = MessageInitShape<typeof LomsService.method.orderCreate.output>;
    const server = await start(() => Promise.resolve({ orderId: 'x' } as unknown as Answer));
    expect(await create(server)).toMatchObject({ code: 'INTERNAL', message: 'internal error' });
    expect(server.log.filter(({ level }) => level === 50)).toHaveLength(1);
  });
});

describe('health', () => {
  test('follows the readiness, and is off when the process stops', async () => {
    let isDown = true;
    const database = () => (isDown ? Promise.reject(new Error('down')) : Promise.resolve());
    const server = await start(unused, { checks: { database } });
    expect(await health(server)).toBe(NOT_SERVING);
    isDown = false;
    await waitFor(async () => (await health(server)) === SERVING, { what: 'SERVING' });
    expect(await health(server, 'loms.v1.LomsService')).toBe(SERVING);
    expect(await health(server, 'nobody.v1.Nothing')).toBe('NOT_FOUND');
    server.stop();
    expect(await health(server)).toBe(NOT_SERVING);
  });

  test('tells who watches of changes, and of nothing else', async () => {
    let asked = 0;
    let isDown = true;
    const database = () => {
      asked += 1;
      return isDown ? Promise.reject(new Error('down')) : Promise.resolve();
    };
    const server = await start(unused, { checks: { database } });
    const client = new Client(`127.0.0.1:${server.grpc.port}`, credentials.createInsecure());
    const seen: number[] = [];
    const stream = client.makeServerStreamRequest(
      '/grpc.health.v1.Health/Watch',
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => fromBinary(HealthCheckResponseSchema, bytes).status as number,
      Buffer.from(toBinary(HealthCheckRequestSchema, createMessage(HealthCheckRequestSchema))),
    );
    stream.on('data', (status: number) => seen.push(status)).on('error', () => undefined);
    const rounds = async (count: number) => {
      const until = asked + count;
      await waitFor(() => asked >= until, { what: 'the readiness to be asked', timeoutMs: 60_000 });
    };
    await waitFor(() => seen.length > 0, { what: 'the status of now' });
    await rounds(2);
    isDown = false;
    await waitFor(() => seen.includes(SERVING), { what: 'SERVING' });
    await rounds(2);
    server.stop();
    await waitFor(() => seen.length > 2, { what: 'the end' });
    expect(seen).toEqual([NOT_SERVING, SERVING, NOT_SERVING]);
    stream.cancel();
    client.close();
  });
});

test('reflection lists the services and describes their messages', async () => {
  const server = await start(() => Promise.resolve({ orderId: 7n }));
  const url = `http://127.0.0.1:${server.grpc.port}`;
  const curl = (...args: string[]) =>
    new Promise<string>((resolve, reject) => {
      const all = ['curl', '--protocol', 'grpc', '--http2-prior-knowledge', ...args];
      const child = spawn('node_modules/.bin/buf', all);
      let out = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.on('error', reject).on('close', () => resolve(out));
    });
  expect((await curl('--list-services', url)).trim().split('\n')).toEqual([
    'grpc.health.v1.Health',
    'grpc.reflection.v1.ServerReflection',
    'grpc.reflection.v1alpha.ServerReflection',
    'loms.v1.LomsService',
  ]);
  const request = '{"user_id": 1, "items": [{"sku": 1, "count": 1}]}';
  for (const version of ['grpc-v1', 'grpc-v1alpha']) {
    const path = `${url}/loms.v1.LomsService/OrderCreate`;
    const answer = await curl('--reflect-protocol', version, '-d', request, path);
    expect(JSON.parse(answer)).toEqual({ orderId: '7' });
  }
});

describe('closing', () => {
  test('lets a call under way end', async () => {
    const gate = Promise.withResolvers<{ orderId: bigint }>();
    const started = Promise.withResolvers<undefined>();
    const server = await start(() => {
      started.resolve(undefined);
      return gate.promise;
    });
    const outcome = create(server);
    await started.promise;
    const closed = server.grpc.close();
    gate.resolve({ orderId: 1n });
    expect((await outcome).code).toBe('OK');
    await closed;
  });

  test.each([
    ['a watch of the health', '/grpc.health.v1.Health/Watch'],
    ['reflection', '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo'],
  ])('does not wait for %s that its client keeps open', async (_, path) => {
    // longer than the test may take
    const server = await start(unused, { drainTimeoutMs: 600_000 });
    const client = new Client(`127.0.0.1:${server.grpc.port}`, credentials.createInsecure());
    const asIs = (bytes: Buffer) => bytes;
    const stream = client.makeBidiStreamRequest(path, asIs, asIs);
    const answered = new Promise((resolve) => stream.once('data', resolve));
    const ended = new Promise((resolve) => stream.once('error', ({ message }) => resolve(message)));
    // field 7 of a question: which services are there; of a watch: unknown, and so without meaning
    stream.write(Buffer.from('3a012a', 'hex'));
    if (path.endsWith('/Watch')) stream.end();
    await answered;
    await server.grpc.close();
    expect(await ended).toBe('14 UNAVAILABLE: the server is stopping');
    client.close();
  });

  test('cuts a call that outlasts the drain time', async () => {
    const started = Promise.withResolvers<undefined>();
    const server = await start(
      () => {
        started.resolve(undefined);
        return never();
      },
      { drainTimeoutMs: 50 },
    );
    const outcome = create(server);
    await started.promise;
    await server.grpc.close();
    expect((await outcome).code).toMatch(/CANCELLED|UNAVAILABLE/);
  });
});

test('a port that is taken is named, with the setting', async () => {
  const { grpc } = await start(unused);
  const readiness = createReadiness({ checks: {}, stopping: new AbortController().signal });
  const logger = pino({ level: 'silent' });
  await expect(
    startGrpcServer({ host: '127.0.0.1', port: grpc.port, services: [], readiness, logger }),
  ).rejects.toThrow(
    `Port ${grpc.port} on 127.0.0.1 is in use. Stop the other process, or choose another port with GRPC_PORT.`,
  );
});
