import { pino } from 'pino';
import { createReadiness } from '../../base/readiness.ts';
import { createMetrics } from '../../base/metrics.ts';
import type { RunningServer } from '../grpc-server.ts';
import { pageHeaders, serveContent } from './content.ts';
import { startHttpServer } from './server.ts';

const text = 'body { color: red } '.repeat(100);
const content = { contentType: 'text/css', bytes: Buffer.from(text) };
const logger = pino({ level: 'silent' });

let server: RunningServer;

beforeAll(async () => {
  const style = serveContent(() => content, { logger, isImmutable: true, isCompressed: true });
  const page = serveContent(() => content, { logger, headers: pageHeaders });
  server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    readiness: createReadiness({ checks: {}, stopping: new AbortController().signal }),
    metrics: createMetrics(),
    logger,
    findRoute: (path) => ({ '/style.css': style, '/page': page, '/healthz': page })[path],
  });
});
afterAll(() => server.close());

const ask = (path: string, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${server.port}${path}`, { headers });

test.each([
  ['br, gzip', 'br'],
  ['gzip', 'gzip'],
  ['GZIP;q=0.5', 'gzip'],
  ['br;q=0, gzip;q=0.0', null],
  ['identity', null],
])('to a client that accepts %s it is sent as %s', async (accepted, encoding) => {
  const response = await ask('/style.css', { 'accept-encoding': accepted });
  expect(response.headers.get('content-encoding')).toBe(encoding);
  expect(response.headers.get('vary')).toBe('accept-encoding');
  expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(await response.text()).toBe(text);
});

test('each encoding has a tag of its own, and a client that has it is told so', async () => {
  const tags = await Promise.all(
    ['br', 'gzip', 'identity'].map(async (accepted) => {
      const response = await ask('/style.css', { 'accept-encoding': accepted });
      await response.text();
      return response.headers.get('etag') ?? '';
    }),
  );
  expect(new Set(tags).size).toBe(3);
  const again = await ask('/style.css', {
    'accept-encoding': 'br',
    'if-none-match': tags[0] ?? '',
  });
  expect(again.status).toBe(304);
});

test('a page is revalidated, sent as it is, and says what it may load', async () => {
  const response = await ask('/page', { 'accept-encoding': 'br' });
  expect(response.headers.get('cache-control')).toBe('no-cache');
  expect(response.headers.get('content-encoding')).toBeNull();
  expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; /);
});

test('what the platform serves is not replaced, and other paths are not there', async () => {
  expect(await (await ask('/healthz')).json()).toEqual({ status: 'ok' });
  expect((await ask('/style')).status).toBe(404);
});

test('what is eager is loaded before anybody asks', async () => {
  let loads = 0;
  const load = () => {
    loads += 1;
    return Promise.reject(new Error('not there yet'));
  };
  serveContent(load, { logger });
  await Promise.resolve();
  expect(loads).toBe(0);
  serveContent(load, { logger, isEager: true });
  await Promise.resolve();
  expect(loads).toBe(1);
});
