import { once } from 'node:events';
import { link, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PvzService } from '#gen/pvz/v1/pvz_pb.ts';
import { createClient, createRouterTransport } from '@connectrpc/connect';
import type { PvzCli } from './context.ts';
import type { ImportCounts } from './import-answer.ts';
import { importOrders } from './import-orders.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inorder-import-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Treat = (request: IncomingMessage, response: ServerResponse) => unknown;

const line = (part: object): string => `${JSON.stringify(part)}\n`;
const refused = (at: number) => ({
  error: { line: at, order_id: 40 + at, code: 'WEIGHT_TOO_HEAVY', message: 'A bag holds less.' },
});
const counts = (lines: number, failed: number): ImportCounts => ({
  lines,
  imported: lines - failed,
  failed,
});

/** Imports a file of so many lines into a server that treats each import so. */
const run = async (treat: Treat, { lines = 3, errors = '', isJson = false } = {}) => {
  const server = createServer((request, response) => void treat(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const seen = { said: [] as string[], noted: [] as string[], waits: [] as number[], sent: 0 };
  const cli: PvzCli = {
    client: createClient(
      PvzService,
      createRouterTransport(() => undefined),
    ),
    say: (text) => void seen.said.push(text),
    note: (text) => void seen.noted.push(text),
    isJson,
    openAnswers: undefined,
    sleep: (ms) => Promise.resolve(void seen.waits.push(ms)),
    peer: {
      name: 'pvz',
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      setting: 'INORDER_PVZ',
    },
    trust: { token: 'secret', ca: undefined },
    openProgress: () => ({
      sent: (bytes) => (seen.sent = bytes),
      counted: () => undefined,
      note: (text) => void seen.noted.push(text),
      close: () => undefined,
    }),
  };
  const path = join(folder, 'orders.jsonl');
  await writeFile(path, line({ order_id: 1 }).repeat(lines));
  const failure = await importOrders(cli, path, { errors }).then(
    () => undefined,
    (error: unknown) => error as Error,
  );
  server.closeAllConnections();
  server.close();
  return { ...seen, failure: failure?.message };
};

const readAll = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  return text;
};

test('the file is sent as it is, with the token', async () => {
  let got: string[] = [];
  const { said, failure, sent } = await run(async (request, response) => {
    const { 'content-type': type = '', authorization = '' } = request.headers;
    got = [request.method!, request.url!, type, authorization, await readAll(request)];
    response.end(line({ result: counts(3, 0) }));
  });
  const file = line({ order_id: 1 }).repeat(3);
  expect(got).toEqual(['POST', '/orders/import', 'application/x-ndjson', 'Bearer secret', file]);
  expect(failure).toBeUndefined();
  expect(said).toEqual(['Imported 3 orders from 3 lines.']);
  expect(sent).toBe(file.length);
});

test('refused lines are shown while the file is still being sent; the import fails', async () => {
  const { noted, said, failure } = await run(
    async (request, response) => {
      response.write(line(refused(2)));
      await readAll(request);
      response.write(line({ error: { line: 3, code: 'VALIDATION_FAILED', message: 'no JSON' } }));
      response.end(line({ result: counts(3, 2) }));
    },
    { isJson: true },
  );
  expect(noted).toEqual([
    'line 2, order 42: WEIGHT_TOO_HEAVY: A bag holds less.',
    'line 3: VALIDATION_FAILED: no JSON',
  ]);
  expect(JSON.parse(said.join(''))).toEqual(counts(3, 2));
  expect(failure).toBe('2 lines refused.');
});

test('twenty refused lines are shown, and the file has all of them', async () => {
  const errors = join(folder, 'refused.jsonl');
  const { noted } = await run(
    async (request, response) => {
      await readAll(request);
      for (let at = 1; at <= 25; at++) response.write(line(refused(at)));
      response.end(line({ result: counts(25, 25) }));
    },
    { errors },
  );
  expect(noted).toHaveLength(21);
  expect(noted.at(-1)).toBe(`… and 5 lines more. ${errors} has all of them.`);
  const written = (await readFile(errors, 'utf8')).trimEnd().split('\n');
  expect(written).toHaveLength(25);
  expect(JSON.parse(written[24]!)).toEqual(refused(25).error);
});

test.each([
  ['without an answer', (request: IncomingMessage) => request.socket.destroy()],
  [
    'with an answer that refuses no line',
    async (request: IncomingMessage, response: ServerResponse) => {
      await readAll(request);
      response.end(line({ failure: { ...counts(0, 0), code: 'STOPPING', message: 'Later.' } }));
    },
  ],
])('an earlier file of refused lines stays as it is after an import %s', async (_, treat) => {
  const errors = join(folder, 'earlier.jsonl');
  await writeFile(errors, 'earlier');
  expect((await run(treat, { errors })).failure).toBeDefined();
  expect(await readFile(errors, 'utf8')).toBe('earlier');
});

test('an import that cannot write a refused line says how far it came', async () => {
  const gone = await mkdtemp(join(folder, 'gone-'));
  const { failure } = await run(
    async (request, response) => {
      await readAll(request);
      await rm(gone, { recursive: true });
      response.end(line({ progress: counts(2, 0) }) + line(refused(3)));
    },
    { errors: join(gone, 'refused.jsonl') },
  );
  expect(failure).toMatch(
    /refused\.jsonl cannot be written: ENOENT.+\nUntil then the server had reported 2 lines: 2 orders/,
  );
});

test.each<[string, Treat, RegExp]>([
  [
    'gives up',
    (_, response) =>
      response.end(
        line({ failure: { ...counts(2, 1), code: 'INTERNAL_ERROR', message: 'No database.' } }),
      ),
    /^The server gave up \(INTERNAL_ERROR\): No database\.\nUntil then the server had reported 2 lines: 1 order imported, 1 line refused\./,
  ],
  [
    'ends without a result',
    (_, response) => response.end(line({ progress: counts(2, 0) })),
    /^The answer ended without a result\.\nUntil then the server had reported 2 lines: 2 orders imported, 0 lines refused\./,
  ],
  [
    'breaks the connection',
    async (request, response) => {
      await readAll(request);
      response.write(line({ progress: counts(2, 0) }), () => response.destroy());
    },
    /^The connection broke \(.+\)\.\nUntil then the server had reported 2 lines/,
  ],
  [
    'answers otherwise',
    (_, response) => response.end('hello\n'),
    /^What answers at http:.* is not pvz: its answer has the line hello/,
  ],
  [
    'does not know the path',
    (_, response) => response.writeHead(404).end('<html>'),
    /^What answers at http:.* is not pvz: it answered an import with HTTP 404/,
  ],
  [
    'refuses the caller',
    (_, response) =>
      response
        .writeHead(401)
        .end(line({ error: { code: 'UNAUTHENTICATED', message: 'A token is needed.' } })),
    /^Refused \(UNAUTHENTICATED\): A token is needed\.$/,
  ],
  [
    'closes at once',
    (request) => request.socket.destroy(),
    /^The connection broke \(.+\)\.\nUntil then .* 0 lines/,
  ],
])('a server that %s is described', async (_, treat, words) => {
  // more than the buffers of a connection hold
  expect((await run(treat, { lines: 500_000 })).failure).toMatch(words);
});

test('the file is sent again after the time that the server asks for', async () => {
  let calls = 0;
  const { waits, noted, said } = await run(async (request, response) => {
    if (++calls === 1) {
      response
        .writeHead(429, { 'retry-after': '1' })
        .end(line({ error: { code: 'RATE_LIMITED', message: 'Too many calls.' } }));
      return;
    }
    const got = (await readAll(request)).trimEnd().split('\n').length;
    response.end(line({ result: counts(got, 0) }));
  });
  expect(waits).toEqual([1_000]);
  expect(noted).toEqual(['The server is busy (RATE_LIMITED); the call is repeated in 1.0 s.']);
  expect(said).toEqual(['Imported 3 orders from 3 lines.']);
});

test('a file that is gone when it is sent again is named', async () => {
  const { failure } = await run(async (_, response) => {
    await rm(join(folder, 'orders.jsonl'));
    response
      .writeHead(429, { 'retry-after': '1' })
      .end(line({ error: { code: 'RATE_LIMITED', message: 'Too many calls.' } }));
  });
  expect(failure).toMatch(/orders\.jsonl cannot be read: ENOENT.+\nUntil then .* 0 lines/);
});

test('the imported file is never the one for the refused lines', async () => {
  const path = join(folder, 'both.jsonl');
  const [soft, hard] = [join(folder, 'soft.jsonl'), join(folder, 'hard.jsonl')];
  await writeFile(path, 'orders');
  await symlink(path, soft);
  await link(path, hard);
  for (const errors of [path, soft, hard]) {
    await expect(importOrders({} as PvzCli, path, { errors })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(`${errors} is the file that is imported`),
    });
  }
  expect(await readFile(path, 'utf8')).toBe('orders');
});

test('a file for the refused lines that cannot be written is refused before anything is sent', async () => {
  const path = join(folder, 'sent.jsonl');
  await writeFile(path, 'orders');
  const to = (errors: string) => importOrders({} as PvzCli, path, { errors });
  await expect(to(folder)).rejects.toMatchObject({
    exitCode: 2,
    message: `${folder} is a folder, not a file.`,
  });
  await expect(to(join(folder, 'none', 'refused.jsonl'))).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('cannot be written: ENOENT'),
  });
});

test('a file that is not there is a wrong use', async () => {
  const cli = {} as PvzCli;
  await expect(importOrders(cli, join(folder, 'none'), { errors: '' })).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('cannot be read: ENOENT'),
  });
  await expect(importOrders(cli, folder, { errors: '' })).rejects.toThrow('is a folder');
});
