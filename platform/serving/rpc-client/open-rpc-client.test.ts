import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { readFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { AppError } from '../../base/errors.ts';
import type { Implementation } from '../rpc/implementation.ts';
import type { RpcContext } from '../rpc/context.ts';
import { createTestAuthority, type TestAuthority } from '../../../testing/certificates.ts';
import { findFreePort } from '../../../testing/free-port.ts';
import { startRpcFixture, type RpcFixture } from '../../../testing/rpc-fixture.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import { openRpcClient, type OpenRpcClient, type RpcClientOptions } from './open-rpc-client.ts';

type Answer = (context: RpcContext) => Promise<{ count: bigint }>;

const logger = pino({ level: 'silent' });
const forever = new AbortController().signal;
const origin = { signal: forever, headers: {} };
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A service of which one RPC answers as `answers.next` says; it counts what arrives. */
const startService = async (first: Answer, options: Parameters<typeof startRpcFixture>[2] = {}) => {
  const service = { answer: first, arrived: 0 };
  const other = () => Promise.reject(new Error('unused'));
  const implementation = {
    orderCreate: other,
    orderInfo: other,
    orderPay: other,
    orderCancel: other,
    stocksInfo: (_request: unknown, context: RpcContext) => {
      service.arrived += 1;
      return service.answer(context);
    },
    watchOrder: other,
  };
  const fixture = await startRpcFixture(
    LomsService,
    implementation as unknown as Implementation<typeof LomsService>,
    { drainTimeoutMs: 50, ...options },
  );
  closers.push(() => fixture.close());
  return { service, fixture };
};

const open = (port: number, options: Partial<RpcClientOptions> = {}) => {
  const registry = new Registry();
  const client: OpenRpcClient<typeof LomsService> = openRpcClient(LomsService, {
    name: 'stock',
    url: `http://127.0.0.1:${port}`,
    logger,
    registry,
    ...options,
  });
  closers.push(() => client.close());
  const ask = (from = origin, limits = {}) => client.rpcs.stocksInfo({ sku: 1n }, from, limits);
  const metric = async (text: string) => (await registry.metrics()).includes(text);
  return { client, ask, metric };
};

const away = { kind: 'unavailable', reason: 'stock-unavailable' };
const hang: Answer = ({ signal }) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('given up')), { once: true });
  });
const fine: Answer = () => Promise.resolve({ count: 7n });

describe('an answer', () => {
  let fixture: RpcFixture;
  const heard: Record<string, string | undefined> = {};

  test('arrives; headers and token go with the request', async () => {
    const names = ['traceparent', 'correlation-id', 'authorization'];
    const hear: Answer = (context) => {
      for (const name of names) heard[name] = context.header(name);
      return fine(context);
    };
    ({ fixture } = await startService(hear));
    const { ask, metric } = open(fixture.grpc.port, { token: () => 's3cret' });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const headers = { traceparent, 'correlation-id': 'c1' };
    expect(await ask({ ...origin, headers })).toMatchObject({ count: 7n });
    expect(heard).toEqual({
      traceparent,
      'correlation-id': 'c1',
      authorization: 'Bearer s3cret',
    });
    const labels = 'client="stock",rpc="loms.v1.LomsService/StocksInfo",outcome="ok"';
    expect(await metric(`rpc_client_duration_seconds_count{${labels}} 1`)).toBe(true);
    expect(await metric('rpc_client_breaker_state{client="stock"} 0')).toBe(true);
  });
});

describe('a refusal', () => {
  const kinds = [
    'invalid',
    'not-found',
    'exists',
    'precondition',
    'conflict',
    'exhausted',
  ] as const;
  test.each(kinds)('of kind %s comes out as it went in, after one try', async (kind) => {
    const metadata = { sku: '1' };
    const { service, fixture } = await startService(() =>
      Promise.reject(new AppError(kind, 'no-sku', `no – ${kind}`, { metadata })),
    );
    const { ask, metric } = open(fixture.grpc.port);
    const refused = await ask().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AppError);
    expect(refused).toMatchObject({ kind, reason: 'no-sku', message: `no – ${kind}`, metadata });
    expect(service.arrived).toBe(1);
    expect(await metric('outcome="refused"} 1')).toBe(true);
  });

  test('does not open the breaker, and is a sign of life to it', async () => {
    const refuse: Answer = () => Promise.reject(new AppError('not-found', 'no-sku', 'no'));
    const fail: Answer = () => Promise.reject(new AppError('unavailable', 'down', 'down'));
    const { service, fixture } = await startService(refuse);
    const { ask } = open(fixture.grpc.port, { tries: 1, breaker: { failures: 2 } });
    for (const answer of [refuse, refuse, fail, refuse, fail, refuse, fail]) {
      service.answer = answer;
      await expect(ask()).rejects.toBeInstanceOf(AppError);
    }
    service.answer = fine;
    expect(await ask()).toMatchObject({ count: 7n });
  });

  test.each([
    ['a bug of the other service', new TypeError('secret')],
    ['our token', new AppError('unauthenticated', 'unauthenticated', 'no')],
    ['our role', new AppError('denied', 'permission-denied', 'no')],
  ])('for %s is no answer to our caller, and is not asked for again', async (_name, error) => {
    const { service, fixture } = await startService(() => Promise.reject(error));
    const { ask } = open(fixture.grpc.port);
    await expect(ask()).rejects.toMatchObject(away);
    expect(service.arrived).toBe(1);
  });
});

describe('a service that is unavailable is asked again', () => {
  const down: Answer = () => Promise.reject(new AppError('unavailable', 'down', 'down'));

  test('when it says so', async () => {
    const { service, fixture } = await startService((context) => {
      if (service.arrived === 3) service.answer = fine;
      return service.arrived < 3 ? down(context) : fine(context);
    });
    const { ask, metric } = open(fixture.grpc.port);
    expect(await ask()).toMatchObject({ count: 7n });
    expect(service.arrived).toBe(3);
    expect(await metric('StocksInfo"} 2')).toBe(true);
  });

  test('three times in all, unless the call says otherwise', async () => {
    const { service, fixture } = await startService(down);
    const { ask } = open(fixture.grpc.port);
    await expect(ask()).rejects.toMatchObject({ ...away, cause: { rawMessage: 'down' } });
    expect(service.arrived).toBe(3);
    await expect(ask(origin, { tries: 1 })).rejects.toMatchObject(away);
    expect(service.arrived).toBe(4);
  });

  test('when it hangs, after the deadline of a try', async () => {
    const { service, fixture } = await startService(hang);
    const { ask } = open(fixture.grpc.port, { deadlineMs: 100, tries: 20 });
    const answer = ask();
    await waitFor(() => service.arrived === 2, { what: 'a second try' });
    service.answer = fine;
    expect(await answer).toMatchObject({ count: 7n });
  });

  test('when the connection is lost under way', async () => {
    const { service, fixture } = await startService(hang);
    const sockets = new Set<Socket>();
    const port = await startProxy(fixture.grpc.port, sockets);
    const { ask } = open(port);
    const answer = ask();
    await waitFor(() => service.arrived === 1, { what: 'the first try' });
    service.answer = fine;
    for (const socket of sockets) socket.resetAndDestroy();
    expect(await answer).toMatchObject({ count: 7n });
  });

  test('when nobody listens, until somebody does', async () => {
    const port = await findFreePort();
    const { ask } = open(port, { tries: 100 });
    const answer = ask();
    const { fixture } = await startService(fine);
    await startProxy(fixture.grpc.port, new Set(), port);
    expect(await answer).toMatchObject({ count: 7n });
  });

  test('when a connection stands that nobody answers on', async () => {
    const port = await startSilent();
    const { ask } = open(port, { deadlineMs: 50, tries: 2 });
    await expect(ask()).rejects.toMatchObject(away);
  });
});

describe('over TLS', () => {
  let authority: TestAuthority;
  let ca: Buffer;
  beforeAll(async () => {
    authority = await createTestAuthority();
    ca = await readFile(authority.ca);
  });
  afterAll(() => authority.close());

  const startSecure = async () => {
    const files = await authority.issue('server');
    const [cert, key] = await Promise.all([readFile(files.cert), readFile(files.key)]);
    return (await startService(fine, { tls: { cert, key } })).fixture.grpc.port;
  };
  const openSecure = (port: number, options: Partial<RpcClientOptions>) =>
    open(port, { url: `https://localhost:${port}`, ...options });

  test('a service is trusted by its authority only', async () => {
    const port = await startSecure();
    expect(await openSecure(port, { tls: { ca } }).ask()).toMatchObject({ count: 7n });
    const stranger = openSecure(port, { tries: 1 });
    const cause = { rawMessage: expect.stringContaining('certificate') as string };
    await expect(stranger.ask()).rejects.toMatchObject({ ...away, cause });
  });

  test('a connection that does not come about is given up', async () => {
    const secure = await startSecure();
    let taken = 0;
    const port = await listen((socket) => {
      taken += 1;
      if (taken > 1) pipe(socket, secure);
      else keep(socket);
    });
    const { ask } = openSecure(port, { tls: { ca }, deadlineMs: 400, tries: 9 });
    expect(await ask()).toMatchObject({ count: 7n });
  });
});

/** Passes bytes on to a port; its sockets can be cut. */
const startProxy = (to: number, sockets: Set<Socket>, port = 0): Promise<number> =>
  listen((socket) => {
    pipe(socket, to);
    sockets.add(socket);
  }, port);

const pipe = (socket: Socket, to: number): void => {
  keep(socket)
    .pipe(keep(connect(to, '127.0.0.1')))
    .pipe(socket);
};

const startSilent = (): Promise<number> => listen((socket) => void keep(socket).resume());

const keep = (socket: Socket): Socket => {
  closers.push(() => socket.destroy());
  return socket.on('error', () => undefined);
};

const listen = (take: (socket: Socket) => void, port = 0): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer(take);
    closers.push(() => server.close());
    server.listen(port, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });

describe('the breaker', () => {
  const down: Answer = () => Promise.reject(new AppError('unavailable', 'down', 'down'));
  const quick = { tries: 1, breaker: { failures: 2, halfOpenAfterMs: 100 } };

  test('opens after failures in a row: then the service is not asked', async () => {
    const { service, fixture } = await startService(down);
    const breaker = { failures: 2, halfOpenAfterMs: 60_000 };
    const { ask, metric } = open(fixture.grpc.port, { tries: 1, breaker });
    for (let call = 1; call <= 4; call += 1) await expect(ask()).rejects.toMatchObject(away);
    expect(service.arrived).toBe(2);
    expect(await metric('rpc_client_breaker_state{client="stock"} 2')).toBe(true);
  });

  test('lets one call try later, and closes when that is answered', async () => {
    const { service, fixture } = await startService(down);
    const { ask, metric } = open(fixture.grpc.port, quick);
    await expect(ask()).rejects.toMatchObject(away);
    await expect(ask()).rejects.toMatchObject(away);
    await expect(waitForTrial(ask, service)).rejects.toMatchObject(away);
    expect(await metric('rpc_client_breaker_state{client="stock"} 2')).toBe(true);
    service.answer = fine;
    expect(await waitForTrial(ask, service)).toMatchObject({ count: 7n });
    expect(await metric('rpc_client_breaker_state{client="stock"} 0')).toBe(true);
  });

  test('stays open when the one who tried has left', async () => {
    const { service, fixture } = await startService(down);
    const { ask, metric } = open(fixture.grpc.port, quick);
    await expect(ask()).rejects.toMatchObject(away);
    await expect(ask()).rejects.toMatchObject(away);
    service.answer = hang;
    const leaver = new AbortController();
    const trial = waitForTrial(() => ask({ ...origin, signal: leaver.signal }), service);
    await waitFor(() => service.arrived === 3, { what: 'a trial' });
    expect(await metric('rpc_client_breaker_state{client="stock"} 1')).toBe(true);
    leaver.abort(new Error('left'));
    await expect(trial).rejects.toThrow('left');
    const isOpen = () => metric('rpc_client_breaker_state{client="stock"} 2');
    await waitFor(isOpen, { what: 'the breaker to be open again' });
  });

  test('refuses the others at once while one tries', async () => {
    const { service, fixture } = await startService(down);
    const { client, ask } = open(fixture.grpc.port, quick);
    await expect(ask()).rejects.toMatchObject(away);
    await expect(ask()).rejects.toMatchObject(away);
    service.answer = hang;
    const trial = waitForTrial(() => ask(origin, { deadlineMs: 10_000 }), service);
    await waitFor(() => service.arrived === 3, { what: 'a trial' });
    await expect(ask()).rejects.toMatchObject(away);
    expect(service.arrived).toBe(3);
    client.close();
    await expect(trial).rejects.toMatchObject(away);
  });

  /** Calls until a call goes through to the service, and gives that one. */
  const waitForTrial = async (ask: () => Promise<unknown>, service: { arrived: number }) => {
    const before = service.arrived;
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (service.arrived > before) throw error;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  };
});

describe('a call ends', () => {
  test('with its caller, at once and with the reason that the caller gave', async () => {
    const { service, fixture } = await startService(hang);
    const { ask, metric } = open(fixture.grpc.port);
    const leaver = new AbortController();
    const answer = ask({ ...origin, signal: leaver.signal });
    await waitFor(() => service.arrived === 1, { what: 'the call' });
    const reason = new Error('left');
    leaver.abort(reason);
    await expect(answer).rejects.toBe(reason);
    await expect(ask({ ...origin, signal: leaver.signal })).rejects.toBe(reason);
    expect(service.arrived).toBe(1);
    expect(await metric('outcome="aborted"} 2')).toBe(true);
  });

  test('between two tries too', async () => {
    const port = await findFreePort();
    const { ask, metric } = open(port, { tries: 1_000 });
    const leaver = new AbortController();
    const answer = ask({ ...origin, signal: leaver.signal });
    await waitFor(() => metric('rpc_client_retries_total'), { what: 'a second try' });
    leaver.abort(new Error('left'));
    await expect(answer).rejects.toThrow('left');
  });

  test('with its client, after which there are none', async () => {
    const { service, fixture } = await startService(hang);
    const { client, ask } = open(fixture.grpc.port);
    const answer = ask();
    await waitFor(() => service.arrived === 1, { what: 'the call' });
    client.close();
    await expect(answer).rejects.toMatchObject(away);
    await expect(ask()).rejects.toMatchObject(away);
    expect(service.arrived).toBe(1);
  });
});

test('two clients of a process share their metrics', () => {
  const registry = new Registry();
  for (const name of ['a', 'b']) open(1, { name, registry });
  expect(registry.getMetricsAsArray()).toHaveLength(3);
});
