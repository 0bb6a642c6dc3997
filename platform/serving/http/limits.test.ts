import { once } from 'node:events';
import { get, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { requireHost } from './host.ts';
import { createLimitedServer, defaultHttpLimits, type HttpLimits } from './limits.ts';
import { allowSlowBody } from './slow-body.ts';
import { waitFor } from '../../../testing/wait-for.ts';

let server: Server;
const sockets: Socket[] = [];

const start = async (
  limits: Partial<HttpLimits> = {},
  handle = (response: ServerResponse): void => void response.end('fine'),
): Promise<number> => {
  const ready = requireHost((_request, response) => handle(response));
  server = createLimitedServer(ready, { ...defaultHttpLimits, ...limits }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

const open = async (port: number, bytes: string): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
};

/** All that comes until the server closes the connection. */
const say = async (port: number, bytes: string): Promise<string> => text(await open(port, bytes));

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const head = 'POST / HTTP/1.1\r\nhost: a\r\n';

test('more headers than allowed are 431, with the number', async () => {
  const port = await start({ maxHeaders: 10 });
  const headers = (count: number) =>
    Array.from({ length: count }, (_, at) => `x-${at}: 1\r\n`).join('');
  expect(await say(port, `${head}connection: close\r\n${headers(8)}\r\n`)).toMatch(/ 200 .*fine$/s);
  expect(await say(port, `${head}${headers(10)}\r\n`)).toMatch(/ 431 .*more than 10 headers/s);
  expect(await say(port, `${head}${headers(500)}\r\n`)).toMatch(/^HTTP\/1.1 431 /);
});

test('larger headers than allowed are 431', async () => {
  const port = await start({ maxHeaderBytes: 1_000 });
  expect(await say(port, `${head}x: ${'y'.repeat(2_000)}\r\n\r\n`)).toMatch(/^HTTP\/1.1 431 /);
});

test('where files may take long, any other body that does not come in time is 408 all the same', async () => {
  const port = await start({ requestTimeoutMs: 80, uploadTimeoutMs: 600_000 }, () => undefined);
  const slow = `${head}content-length: 5\r\n\r\nabc`;
  expect(await say(port, slow)).toMatch(/^HTTP\/1.1 408 /);
});

test('a body that may be slow is not cut off', async () => {
  const limits = { ...defaultHttpLimits, requestTimeoutMs: 40, uploadTimeoutMs: 600_000 };
  const allowing = createLimitedServer((request, response) => {
    allowSlowBody(request);
    request.resume().on('end', () => response.end('fine'));
  }, limits);
  server = allowing.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = await open(port, `${head}connection: close\r\ncontent-length: 5\r\n\r\nabc`);
  setTimeout(() => socket.write('de'), 400);
  expect(await text(socket)).toMatch(/ 200 .*fine$/s);
});

test.each([
  ['headers', 'POST / HTTP/1.1\r\nhost:'],
  ['a body', `${head}content-length: 5\r\n\r\nabc`],
])('a request whose client stops within %s is 408', async (_name, bytes) => {
  const times = { headersTimeoutMs: 60, requestTimeoutMs: 80, checkIntervalMs: 20 };
  const port = await start(times, () => undefined);
  expect(await say(port, bytes)).toMatch(/^HTTP\/1.1 408 /);
});

test.each(['POST / HTTP/1.0\r\n\r\n', 'POST / HTTP/1.1\r\nhost: [\r\nconnection: close\r\n\r\n'])(
  'a host that is none is 400: %j',
  async (bytes) => {
    const port = await start();
    expect(await say(port, bytes)).toMatch(/ 400 .*bad-host/s);
  },
);

test('an answer of which nothing is taken is cut', async () => {
  let isCut = false;
  const port = await start({ stallTimeoutMs: 50 }, (response) => {
    response.on('close', () => (isCut = true));
    response.end(Buffer.alloc(50_000_000));
  });
  const socket = await open(port, `${head}\r\n`);
  socket.pause();
  await waitFor(() => isCut, { what: 'the connection is cut' });
});

test('a stream that has nothing to say for longer is left alone', async () => {
  const held = Promise.withResolvers<ServerResponse>();
  const port = await start({ stallTimeoutMs: 30 }, (response) => {
    response.write('a');
    // told when the connection has been idle for so long
    response.on('timeout', () => held.resolve(response));
  });
  const answer = new Promise<string>((resolve, reject) => {
    get({ port, host: '127.0.0.1', agent: false }, (response) => {
      text(response).then(resolve, reject);
    }).on('error', reject);
  });
  (await held.promise).end('b');
  expect(await answer).toBe('ab');
});

test('connections beyond the limit are closed at once', async () => {
  const port = await start({ maxConnections: 2 });
  await open(port, '');
  const second = await open(port, '');
  expect(await say(port, `${head}\r\n`)).toBe('');
  second.destroy();
  await waitFor(async () => (await say(port, `${head}connection: close\r\n\r\n`)) !== '', {
    what: 'a connection is let in again',
  });
});
