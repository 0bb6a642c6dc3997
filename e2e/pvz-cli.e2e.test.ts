import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase } from '../testing/engines/database.ts';
import { runInorder } from '../testing/run-inorder.ts';
import {
  killLeftServices,
  launchService,
  untilReady,
  type ReadyService,
} from '../testing/services/start-service.ts';

let pvz: ReadyService;
let folder: string;

beforeAll(async () => {
  const database = await createTestDatabase();
  pvz = await untilReady(launchService('pvz', { DATABASE_URL: database.urlFor('pvz') }));
  folder = await mkdtemp(join(tmpdir(), 'inorder-pvz-cli-'));
});
afterAll(async () => {
  await killLeftServices();
  await rm(folder, { recursive: true, force: true });
});

const run = (...args: string[]) => runInorder(['pvz', ...args], { INORDER_PVZ: pvz.url });

const accept = (orderId: number, ...more: string[]) =>
  run('accept', String(orderId), '7', '--expires', '7d', '--price', '100', ...more);

/** The cells of a printed table. */
const cells = (text: string): string[][] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/\s{2,}/));

test('an order is accepted, issued, brought back and returned to the courier', async () => {
  expect(await accept(42, '--weight', '2.5', '--package', 'bag+film')).toEqual({
    code: 0,
    stdout: 'Order 42 is accepted.\n',
    stderr: '',
  });
  await accept(43, '--weight', '1');

  const issued = await run('issue', '7', '42', '99', '43');
  expect(issued.code).toBe(1);
  expect(issued.stderr).toBe('1 of 3 orders refused.\n');
  expect(cells(issued.stdout)).toEqual([
    ['order', 'outcome'],
    ['42', 'issued'],
    ['43', 'issued'],
    ['99', 'ORDER_NOT_FOUND', expect.any(String)],
  ]);

  const back = await run('give-back', '7', '42', '--json');
  expect(back.code).toBe(0);
  expect(JSON.parse(back.stdout)).toEqual({ processed: [42], errors: [] });

  const [list, inPoint, returns] = await Promise.all([
    run('list', '7', '--json'),
    run('list', '7', '--in-pvz'),
    run('returns'),
  ]);
  expect(JSON.parse(list.stdout)).toMatchObject({
    orders: [{ order_id: 43 }, { order_id: 42 }],
    total: 2,
  });
  const [, first = []] = cells(inPoint.stdout);
  expect(first.slice(0, 2)).toEqual(['42', 'returned by client']);
  expect(first.slice(4)).toEqual(['bag+film', '2.5', '100.00', '106.00']);
  expect(cells(returns.stdout)[1]![0]).toBe('42');

  const returned = await run('return', '42');
  expect(returned.stdout).toBe('Order 42 is returned to courier.\n');
  const history = cells((await run('history', '42')).stdout).map((row) => row.slice(1));
  expect(history).toEqual([
    ['order', 'user', 'change', 'status'],
    ['42', '7', '4', 'returned to courier'],
    ['42', '7', '3', 'returned by client'],
    ['42', '7', '2', 'issued'],
    ['42', '7', '1', 'accepted'],
  ]);
});

test('a refusal is said with its reason; the exit code tells a wrong use', async () => {
  const [heavy, unknown, wrong, away] = await Promise.all([
    accept(50, '--weight', '10', '--package', 'bag'),
    run('return', '51'),
    run('accept', '52'),
    runInorder(['pvz', 'returns'], { INORDER_PVZ: 'http://127.0.0.1:1' }),
  ]);
  expect(heavy.code).toBe(2);
  expect(heavy.stderr).toMatch(/^Refused \(WEIGHT_TOO_HEAVY\): /);
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toMatch(/^Refused \(ORDER_NOT_FOUND\): /);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain("required option '--expires <time>' not specified");
  expect(away.code).toBe(1);
  expect(away.stderr).toMatch(/^pvz is not reachable at http:.*Start it with `make up`/);
});

test('a file of 2,000 orders is imported but for three lines, and all pages show them', async () => {
  const expires = new Date(Date.now() + 86_400_000).toISOString();
  const order = (id: number, changes: object = {}) =>
    JSON.stringify({
      order_id: id,
      user_id: 8,
      expires_at: expires,
      package: 'bag',
      weight: 2.5,
      price: 100,
      ...changes,
    });
  const lines = Array.from({ length: 2_000 }, (_, index) => order(1_001 + index));
  lines[9] = order(1_010, { weight: 10 });
  lines[1_499] = 'no JSON';
  lines[1_999] = order(1_001);
  const [file, refused] = [join(folder, 'orders.jsonl'), join(folder, 'refused.jsonl')];
  await writeFile(file, `${lines.join('\n')}\n`);

  const { code, stdout, stderr } = await run('import', file, '--errors', refused);

  expect(stdout).toBe('Imported 1,997 orders from 2,000 lines.\n');
  expect(stderr.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^line 10, order 1010: WEIGHT_TOO_HEAVY: /),
    expect.stringMatching(/^line 1500: VALIDATION_FAILED: /),
    expect.stringMatching(/^line 2000, order 1001: ORDER_ALREADY_EXISTS: /),
    '3 lines refused.',
  ]);
  expect(code).toBe(1);
  const written = (await readFile(refused, 'utf8')).trimEnd().split('\n');
  expect(written.map((line) => (JSON.parse(line) as { line: number }).line)).toEqual([
    10, 1500, 2000,
  ]);

  // ten calls in a row: beyond the limit of five in a second the command waits as it is told
  const all = await run('list', '8', '--scroll', '--size', '200');
  expect(all.code).toBe(0);
  const ids = cells(all.stdout).filter(([id]) => id !== 'order');
  expect(new Set(ids.map(([id]) => id)).size).toBe(1_997);
});

test('a file that comes through stdin is not overwritten with its refused lines either', async () => {
  const file = join(folder, 'stdin.jsonl');
  await writeFile(file, 'no JSON\n');
  const script = './inorder pvz import - --errors "$1" < "$1"';
  const env = { ...process.env, INORDER_PVZ: pvz.url };
  const [code, stderr] = await new Promise<[unknown, string]>((resolve) => {
    execFile('sh', ['-c', script, 'sh', file], { env }, (error, _, text) =>
      resolve([error?.code, text]),
    );
  });
  expect(stderr).toMatch(/stdin\.jsonl is the file that is imported.* Give --errors another file/);
  expect(code).toBe(2);
  expect(await readFile(file, 'utf8')).toBe('no JSON\n');
});
