import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { createTestDatabase } from '../testing/engines/database.ts';
import { startLoms, type RunningLoms } from '../testing/loms/start-loms.ts';
import { openBrowser } from '../testing/browser/open-browser.ts';

// Runs the commands of docs/clients.md as its readers do. `make clients` tries what needs other tools, and
// openapi-clients.e2e.test.ts tries the clients generated from /openapi.json.

let loms: RunningLoms;
let site: Server;
let files: ReadonlyMap<string, { type: string; body: string }>;

beforeAll(async () => {
  site = createServer((request, response) => {
    const file = files.get((request.url ?? '').split('?', 1)[0] ?? '');
    response.writeHead(file ? 200 : 404, { 'content-type': file?.type ?? 'text/plain' });
    response.end(file?.body);
  });
  await new Promise<void>((resolve) => {
    site.listen(0, '127.0.0.1', resolve);
  });
  const database = await createTestDatabase();
  loms = await startLoms(database.urlFor('loms'), { CORS_ORIGINS: origin() });
});

afterAll(async () => {
  site.close();
  await loms.stop();
});

const origin = () => `http://127.0.0.1:${(site.address() as AddressInfo).port}`;

const run = async (line: string): Promise<string> => {
  const here = line
    .replaceAll('127.0.0.1:8083', `127.0.0.1:${loms.grpcPort}`)
    .replaceAll('127.0.0.1:8084', `127.0.0.1:${loms.httpPort}`);
  const { stdout } = await promisify(execFile)('bash', ['-c', here], { timeout: 300_000 });
  return stdout;
};

const lines = [...readFileSync('docs/clients.md', 'utf8').matchAll(/^```sh\n(.*?)^```/gms)]
  .flatMap(([, block = '']) => block.split('\n'))
  .filter((line) => /^(npx buf curl|curl) /.test(line));

test('the page has lines to try', () => {
  expect(lines.length).toBeGreaterThan(7);
});

// the first line creates order 1, which the other lines use
test.each(lines)('%s', async (line) => {
  const said = await run(line);
  const isCancel = line.includes('OrderCancel');
  expect(said.trim()).toMatch(isCancel ? /^\{\}$/ : /"?(order_?id|count|openapi)"?/i);
});

test('the example in Node: one order for two calls, watched to its end', async () => {
  const said = await run(`node docs/clients/connect-node.ts ${loms.url}`);
  const [first, ...rest] = said.trim().split('\n');
  expect(first).toMatch(/^order (\d+), asked again: order \1$/);
  expect(rest.slice(0, 3)).toEqual(['1: new', '2: awaiting payment', '3: payed']);
  expect(rest[3]).toMatch('FailedPrecondition (order-not-cancellable)');
});

test('the example of grpc-js', async () => {
  const said = await run(`node docs/clients/grpc-js.ts 127.0.0.1:${loms.grpcPort}`);
  expect(said).toMatch(/^order \d+ is awaiting payment$/m);
});

test('the example in a browser, from another origin', async () => {
  const bundle = await build({
    entryPoints: ['docs/clients/browser/page.ts'],
    bundle: true,
    format: 'esm',
    write: false,
  });
  const html = readFileSync('docs/clients/browser/index.html', 'utf8');
  files = new Map([
    ['/', { type: 'text/html', body: html }],
    ['/page.js', { type: 'text/javascript', body: bundle.outputFiles[0]?.text ?? '' }],
  ]);
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(`${origin()}/?loms=${loms.url}`);
    const last = page.getByText('3: cancelled');
    await last.waitFor();
    expect(await page.locator('li').allInnerTexts()).toEqual([
      expect.stringMatching(/^order \d+$/),
      ...['1: new', '2: awaiting payment', '3: cancelled'],
    ]);
  } finally {
    await browser.close();
  }
});
