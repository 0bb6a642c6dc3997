import { hash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PvzService } from '#gen/pvz/v1/pvz_pb.ts';
import { createTestDatabase, type TestDatabase } from '../testing/engines/database.ts';
import {
  killLeftServices,
  launchService,
  portOf,
  untilReady,
} from '../testing/services/start-service.ts';
import { createGrpcClient, createHttpRpcClient } from '../testing/rpc-clients.ts';
import { openTestPool } from '../testing/test-pool.ts';
import type { Pool } from '#platform/database/pool.ts';
import { waitFor } from '../testing/wait-for.ts';

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = openTestPool(database.urlFor('pvz'));
});
afterAll(async () => {
  await killLeftServices();
  await pool.end();
});

const start = (env: Record<string, string> = {}) =>
  untilReady(launchService('pvz', { DATABASE_URL: database.urlFor('pvz'), ...env }));

let lastId = 0;
const order = (changes: object = {}) => ({
  ...{ order_id: (lastId += 1), user_id: 7, expires_at: '2099-01-01T00:00:00Z' },
  ...{ package: 'bag', weight: 2.5, price: 100 },
  ...changes,
});
const json = { 'content-type': 'application/json' };
const lines = { 'content-type': 'application/x-ndjson' };
const accept = (url: string, body: object) =>
  fetch(`${url}/orders`, { method: 'POST', headers: json, body: JSON.stringify(body) });
const importLines = (url: string, text: string) =>
  fetch(`${url}/orders/import`, { method: 'POST', headers: lines, body: text });
const upload = (body: ReadableStream) =>
  ({ method: 'POST', headers: lines, body, duplex: 'half' }) as const;
const linesOf = async (response: Response) =>
  (await response.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, Record<string, unknown>>);
const countOrders = async () =>
  (await pool.query<{ n: number }>('SELECT count(*)::int AS n FROM pvz.orders')).rows[0]!.n;

test('five calls of an RPC are answered in a second; the next hear when to try again', async () => {
  const { url, process } = await start();
  const startedAtMs = performance.now();
  const list = () => fetch(`${url}/orders/history?page_size=1`);
  const answers = await Promise.all(Array.from({ length: 60 }, list));
  const seconds = Math.ceil((performance.now() - startedAtMs) / 1_000);
  const answered = answers.filter(({ status }) => status === 200);
  const [refused, ...others] = answers.filter(({ status }) => status === 429);
  expect(answered.length).toBeGreaterThanOrEqual(5);
  expect(answered.length).toBeLessThanOrEqual(5 * (seconds + 1));
  expect(answered.length + others.length + 1).toBe(60);
  expect(refused!.headers.get('retry-after')).toBe('1');
  expect(await refused!.json()).toEqual({
    error: { code: 'RATE_LIMITED', message: expect.stringMatching(/^No more than 5 calls/) },
  });
  const wrong = await Promise.all(Array.from({ length: 60 }, () => accept(url, { price: 0 })));
  expect(wrong.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
  // each RPC has a limit of its own
  expect((await fetch(`${url}/orders/returns`)).status).toBe(200);

  const { getHistory } = PvzService.method;
  const grpc = createGrpcClient(await portOf(process, 'gRPC is open'));
  const connect = createHttpRpcClient('connect', await portOf(process, 'HTTP is open'));
  for (const client of [grpc, connect]) {
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, () => client.call(getHistory, {})),
    );
    const limited = { code: 'RESOURCE_EXHAUSTED', reason: 'RATE_LIMITED' };
    expect(outcomes).toContainEqual(expect.objectContaining(limited));
    client.close();
  }
});

test('every refusal of the REST API has the body of the contract', async () => {
  const { url } = await start({ RATE_LIMIT: '0' });
  const post = (body: string, headers: Record<string, string> = json) =>
    fetch(`${url}/orders`, { method: 'POST', headers, body });
  const answers = await Promise.all([
    accept(url, order({ weight: 10 })),
    accept(url, order({ package: 'crate' })),
    accept(url, order({ unknown: 1 })),
    post('{'),
    post('{}', { 'content-type': 'text/plain' }),
    post(`"${'x'.repeat(1_100_000)}"`),
    fetch(`${url}/orders/77777/history`),
    fetch(`${url}/nowhere`),
    fetch(`${url}/orders`, { method: 'PUT' }),
    fetch(`${url}/orders/import`, {
      ...{ method: 'POST', headers: { ...lines, 'content-encoding': 'gzip' } },
      body: gzipSync(JSON.stringify(order())),
    }),
  ]);
  const bodies = await Promise.all(
    answers.map(async (answer) => [answer.status, await answer.json()] as const),
  );
  const message = expect.stringMatching(/\w/) as unknown;
  expect(bodies).toEqual(
    [
      [400, 'WEIGHT_TOO_HEAVY'],
      [400, 'INVALID_PACKAGE'],
      [400, 'VALIDATION_FAILED'],
      [400, 'VALIDATION_FAILED'],
      [415, 'UNSUPPORTED_MEDIA_TYPE'],
      [413, 'BODY_TOO_LARGE'],
      [404, 'ORDER_NOT_FOUND'],
      [404, 'NO_SUCH_PATH'],
      [405, 'METHOD_NOT_ALLOWED'],
      [415, 'UNSUPPORTED_MEDIA_TYPE'],
    ].map(([status, code]) => [status, { error: { code, message } }]),
  );
});

test('a file is imported line by line: each refused one is named, progress is told, the result comes last', async () => {
  const { url } = await start();
  const before = await countOrders();
  const firstId = lastId + 1;
  const rows = Array.from({ length: 1_200 }, () => JSON.stringify(order()));
  rows[2] = '{"order_id":';
  rows[700] = JSON.stringify(order({ weight: 10 }));
  rows[701] = '';
  rows[702] = JSON.stringify(order({ surprise: true }));
  rows[703] = rows[700] = rows[0]!;
  rows[704] = `{"package":"${'x'.repeat(5_000)}"}`;
  const response = await importLines(url, rows.join('\r\n'));
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/x-ndjson');
  const said = await linesOf(response);
  const errors = said.flatMap(({ error }) => (error === undefined ? [] : [error]));
  expect(errors).toMatchObject([
    { line: 3, code: 'VALIDATION_FAILED' },
    { line: 701, order_id: firstId, code: 'ORDER_ALREADY_EXISTS' },
    {
      line: 703,
      code: 'VALIDATION_FAILED',
      message: expect.stringContaining('surprise') as string,
    },
    { line: 704, code: 'ORDER_ALREADY_EXISTS' },
    { line: 705, code: 'VALIDATION_FAILED', message: expect.stringContaining('4 KiB') as string },
  ]);
  const progress = said.flatMap((each) =>
    each['progress'] === undefined ? [] : [each['progress']],
  );
  expect(progress.map((each) => each['lines'])).toEqual([500, 1_001, 1_200]);
  const imported = 1_200 - 1 - errors.length;
  expect(said.at(-1)).toEqual({ result: { lines: 1_200, imported, failed: errors.length } });
  expect((await countOrders()) - before).toBe(imported);
});

test('an upload that is not sent to its end leaves what was imported, and the service goes on', async () => {
  const { url } = await start();
  const before = await countOrders();
  const sending = new AbortController();
  const body = new ReadableStream({
    start: (controller) => {
      const rows = Array.from({ length: 750 }, () => JSON.stringify(order())).join('\n');
      controller.enqueue(Buffer.from(rows));
    },
  });
  const init = { ...upload(body), signal: sending.signal };
  const cut = fetch(`${url}/orders/import`, init).then((response) => response.text());
  await waitFor(async () => (await countOrders()) === before + 500, { what: 'the first batch' });
  sending.abort();
  await expect(cut).rejects.toThrow(/abort/);
  expect((await accept(url, order())).status).toBe(201);
  expect(await countOrders()).toBe(before + 501);
});

test('an upload needs a token with the role of ImportOrders, where tokens are needed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'inorder-pvz-'));
  const tokens = [
    { subject: 'reader', roles: ['orders:read'], sha256: hash('sha256', 'reading') },
    { subject: 'writer', roles: ['orders:write'], sha256: hash('sha256', 'writing') },
  ];
  const file = join(folder, 'tokens.json');
  await writeFile(file, JSON.stringify({ tokens }));
  const { url } = await start({ AUTH_TOKENS_FILE: file });
  const before = await countOrders();
  const importAs = (token?: string) =>
    fetch(`${url}/orders/import`, {
      ...{ method: 'POST', body: JSON.stringify(order()) },
      headers: { ...lines, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    });
  const [none, reading, writing] = [
    await importAs(),
    await importAs('reading'),
    await importAs('writing'),
  ];
  expect([none.status, reading.status, writing.status]).toEqual([401, 403, 200]);
  expect(await none.json()).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
  expect(await reading.json()).toMatchObject({ error: { code: 'PERMISSION_DENIED' } });
  expect((await linesOf(writing)).at(-1)).toEqual({ result: { lines: 1, imported: 1, failed: 0 } });
  expect(await countOrders()).toBe(before + 1);
  await rm(folder, { recursive: true });
});

test('sixteen files are read at a time; one more hears when to try again', async () => {
  const { url } = await start({ RATE_LIMIT: '0' });
  const sending = new AbortController();
  const waiting = () =>
    upload(new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from(' ')) }));
  const open = Array.from({ length: 16 }, () =>
    fetch(`${url}/orders/import`, { ...waiting(), signal: sending.signal }).catch(() => undefined),
  );
  const oneMore = () => importLines(url, '');
  const refused = await waitFor(
    async () => {
      const response = await oneMore();
      return response.status === 429 ? response : undefined;
    },
    { what: 'the seventeenth to be refused' },
  );
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(await refused.json()).toMatchObject({ error: { code: 'TOO_MANY_UPLOADS' } });
  sending.abort();
  await Promise.all(open);
  await waitFor(async () => (await oneMore()).status === 200, { what: 'a file to be read again' });
});

test('a stop ends an upload after the transaction in hand, and says how far it came', async () => {
  const { url, process } = await start();
  const before = await countOrders();
  const body = new ReadableStream({
    start: (controller) => {
      const rows = Array.from({ length: 501 }, () => `${JSON.stringify(order())}\n`).join('');
      controller.enqueue(Buffer.from(rows));
    },
  });
  const response = fetch(`${url}/orders/import`, upload(body));
  await waitFor(async () => (await countOrders()) === before + 500, { what: 'the first batch' });
  const stopped = process.stop();
  const said = await linesOf(await response);
  expect(said.at(-1)).toMatchObject({
    failure: { lines: 500, imported: 500, failed: 0, code: 'STOPPING' },
  });
  expect(await stopped).toEqual({ code: 0, signal: null });
});

test('a bug fails the upload, and nothing of it is saved', async () => {
  const { url } = await start();
  const before = await countOrders();
  const admin = openTestPool(database.adminUrl);
  await admin.query(`ALTER TABLE pvz.orders RENAME TO hidden`);
  try {
    const said = await linesOf(await importLines(url, JSON.stringify(order())));
    expect(said.at(-1)).toMatchObject({
      failure: { lines: 0, imported: 0, failed: 0, code: 'INTERNAL_ERROR' },
    });
  } finally {
    await admin.query('ALTER TABLE pvz.hidden RENAME TO orders');
    await admin.end();
  }
  expect(await countOrders()).toBe(before);
});
