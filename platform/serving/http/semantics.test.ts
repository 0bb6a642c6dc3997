// What RFC 9110 and 9112 ask of every server, on every route of the HTTP server.
import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { openRawHttp } from '../../../testing/raw-http.ts';
import { startRpcFixture, type RpcFixture } from '../../../testing/rpc-fixture.ts';
import { waitFor } from '../../../testing/wait-for.ts';

let fixture: RpcFixture;
let isWatched = false;

beforeAll(async () => {
  fixture = await startRpcFixture(LomsService, {
    orderCreate: () => Promise.resolve({ orderId: 5n }),
    orderInfo: () => Promise.resolve({ status: 'new' }),
    orderPay: () => Promise.resolve({}),
    orderCancel: () => Promise.resolve({}),
    stocksInfo: () => Promise.resolve({ count: 3n }),
    async *watchOrder({ orderId }, { signal }) {
      isWatched = true;
      try {
        if (orderId === 1n) yield { orderId, status: 'new' };
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      } finally {
        isWatched = false;
      }
    },
  });
});
afterAll(() => fixture.close());

const say = async (bytes: string): Promise<string> => {
  const raw = openRawHttp(fixture.http.port);
  raw.write(bytes);
  const text = await raw.untilClosed();
  raw.socket.destroy();
  return text;
};
const ask = (line: string, ...headers: string[]): Promise<string> =>
  say([`${line} HTTP/1.1`, 'connection: close', ...headers, '', ''].join('\r\n'));

const order = '{"user_id":1,"items":[{"sku":1,"count":1}]}';
const post = (path: string, type: string, body = order, more = {}): Promise<Response> =>
  fetch(fixture.url + path, { method: 'POST', headers: { 'content-type': type, ...more }, body });
const rpc = '/loms.v1.LomsService/OrderCreate';

describe('a target with scheme and host', () => {
  test.each([
    'http://a/order/info?order_id=1',
    'HTTP://other.example:81/order/info?order_id=1',
    'https://[::1]:8084/order/info?order_id=1',
  ])('%s is its path', async (target) => {
    const answer = await ask(`GET ${target}`, 'host: [');
    expect(answer).toMatch(/^HTTP\/1.1 200 .*"status":"new"/s);
  });

  test.each(['/healthz', '/readyz', '/metrics', '/docs', '/openapi.json'])(
    '%s is served so',
    async (path) => {
      expect(await ask(`GET http://a${path}`, 'host: a')).toMatch(/^HTTP\/1.1 200 /);
    },
  );

  test('reaches RPCs', async () => {
    const head = ['host: a', 'content-type: application/json', `content-length: ${order.length}`];
    const bytes = [`POST http://a${rpc} HTTP/1.1`, 'connection: close', ...head, '', order];
    expect(await say(bytes.join('\r\n'))).toMatch(/^HTTP\/1.1 200 .*"orderId":"5"/s);
  });

  test.each(['http://a', 'http://a?x=/healthz'])(
    '%s without a path is the root',
    async (target) => {
      expect(await ask(`GET ${target}`, 'host: a')).toMatch(/^HTTP\/1.1 404 .*served at GET \//s);
    },
  );

  test.each([
    ['http:///healthz', 'names no host'],
    ['http://user:secret@a/healthz', 'names no host'],
    ['http://[/healthz', 'names no host'],
    ['ftp://a/healthz', 'http or https'],
    ['*', 'Only OPTIONS'],
  ])('%s is refused in words', async (target, words) => {
    const answer = await ask(`GET ${target}`, 'host: a');
    expect(answer).toMatch(/^HTTP\/1.1 400 .*"bad-target"/s);
    expect(answer).toContain(words);
    expect(answer).not.toContain('secret');
  });
});

test('a tunnel is refused in words', async () => {
  const answer = await say('CONNECT loms:443 HTTP/1.1\r\nhost: loms:443\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1.1 501 .*"no-proxy"/s);
});

test('two hosts are refused', async () => {
  expect(await ask('GET /healthz', 'host: a', 'Host: b')).toMatch(/^HTTP\/1.1 400 .*"bad-host"/s);
});

test('an expectation that cannot be met is refused in words', async () => {
  const answer = await ask('GET /healthz', 'host: a', 'expect: more');
  expect(answer).toMatch(/^HTTP\/1.1 417 .*"unmet-expectation"/s);
});

const gets = ['/order/info?order_id=1', '/stock/info?sku=1', '/healthz', '/readyz', '/docs'];
const files = ['/openapi.json', '/docs/swagger-ui.css', '/docs/start.js', '/docs/'];

describe('HEAD', () => {
  test.each([...gets, ...files])('of %s is GET without its body', async (path) => {
    const get = await fetch(fixture.url + path, { redirect: 'manual' });
    const head = await fetch(fixture.url + path, { method: 'HEAD', redirect: 'manual' });
    const facts = ({ status, headers }: Response) => {
      // the client itself ends a connection after HEAD
      const others = [...headers].filter(([name]) => !/^(date|connection|keep-alive)$/.test(name));
      return { status, ...Object.fromEntries(others) };
    };
    expect(facts(head)).toEqual(facts(get));
    expect(await head.text()).toBe('');
    await get.arrayBuffer();
  });

  test('of /metrics has its type', async () => {
    const { status, headers } = await fetch(`${fixture.url}/metrics`, { method: 'HEAD' });
    expect([status, headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching('text/plain'),
    ]);
  });

  test('of what is refused has its status', async () => {
    const statusOf = async (path: string) =>
      (await fetch(fixture.url + path, { method: 'HEAD' })).status;
    expect(await statusOf('/order/info?order_id=x')).toBe(400);
    expect(await statusOf('/order/create')).toBe(405);
    expect(await statusOf('/nothing')).toBe(404);
  });

  test.each([1, 2])('of stream %d has its headers and watches nothing', async (id) => {
    const head = await fetch(`${fixture.url}/order/watch?order_id=${id}`, { method: 'HEAD' });
    expect(head.headers.get('content-type')).toMatch('text/event-stream');
    expect(await head.text()).toBe('');
    await waitFor(() => !isWatched, { what: 'the end of the stream' });
  });
});

const routes: [path: string, allowed: string][] = [
  ...[...gets, ...files, '/metrics'].map((path): [string, string] => [path, 'GET, HEAD, OPTIONS']),
  ['/order/create', 'POST, OPTIONS'],
  ['/order/watch', 'GET, HEAD, OPTIONS'],
  [rpc, 'POST, OPTIONS'],
];

describe('the verbs', () => {
  test.each(routes)('of %s are %s, and OPTIONS tells', async (path, allowed) => {
    for (const [method, status] of [
      ['OPTIONS', 204],
      ['PATCH', 405],
    ] as const) {
      const answer = await fetch(fixture.url + path, { method, redirect: 'manual' });
      expect([answer.status, answer.headers.get('allow')]).toEqual([status, allowed]);
      if (status === 405)
        expect(await answer.json()).toMatchObject({ message: expect.stringMatching(/^Use /) });
    }
  });

  test('of the whole server are the answer to OPTIONS *', async () => {
    const answer = await ask('OPTIONS *', 'host: a');
    expect(answer).toMatch(/^HTTP\/1.1 204 .*allow: GET, POST, /s);
  });

  test('of what is not there are none', async () => {
    expect((await fetch(`${fixture.url}/nothing`, { method: 'OPTIONS' })).status).toBe(404);
  });
});

describe.each(['/order/create', rpc])('a content type at %s', (path) => {
  test.each([
    'application/json;charset="UTF-8"',
    'Application/JSON ; Charset=utf8',
    'application/json;',
    'application/json; profile="a;b"; charset=utf-8',
  ])('%s is read', async (type) => {
    expect((await post(path, type)).status).toBe(200);
  });

  test.each([
    ['text/plain', 'Send'],
    ['application/json; charset', 'Send'],
    ['application/json; charset=latin1', 'UTF-8'],
    ['application/json; charset="utf-16"', 'UTF-8'],
  ])('%s is refused in words', async (type, words) => {
    const answer = await post(path, type);
    expect(answer.status).toBe(415);
    const body = (await answer.json()) as { code: unknown; message: string };
    expect(body.code).toBe(path === rpc ? 'unimplemented' : 415);
    expect(body.message).toMatch(words);
  });
});

test('a refusal for the coding of the body says which are read', async () => {
  const packed = { 'content-encoding': 'gzip' };
  const rest = await post('/order/create', 'application/json', order, packed);
  expect([rest.status, rest.headers.get('accept-encoding')]).toEqual([415, 'identity']);
  const unknown = await post(rpc, 'application/json', order, { 'content-encoding': 'zstd' });
  expect(unknown.status).toBe(501);
  expect(await unknown.json()).toMatchObject({ message: expect.stringMatching('gzip,br') });
});

test('gRPC at the HTTP port is referred to its own', async () => {
  const answer = await post(rpc, 'application/grpc+proto');
  expect(await answer.json()).toMatchObject({ message: expect.stringMatching('port of its own') });
  expect(answer.headers.get('accept-post')).toMatch('application/grpc-web');
});

test('an RPC that a service does not have is a refusal of Connect', async () => {
  const answer = await post('/loms.v1.LomsService/Nothing', 'application/json');
  expect([answer.status, await answer.json()]).toEqual([
    404,
    { code: 'unimplemented', message: 'loms.v1.LomsService has no RPC Nothing.' },
  ]);
});
