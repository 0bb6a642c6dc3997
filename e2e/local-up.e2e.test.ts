import { createServer } from 'node:net';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '../testing/wait-for.ts';
import { alive, createLocalSystem, type LocalSystem } from '../testing/engines/local-system.ts';
import { startProcess } from '../testing/engines/process.ts';

const sku = 139_275_865;
let system: LocalSystem;

beforeEach(async () => {
  system = await createLocalSystem();
});

afterEach(() => system.close());

const call = async (rpc: string, body: unknown): Promise<Record<string, unknown>> => {
  const url = `http://127.0.0.1:${system.settings.LOMS_HTTP_PORT}/loms.v1.LomsService/${rpc}`;
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Record<string, unknown>;
};

test('what was saved is there after down and up', async () => {
  const up = await system.run('up', '-d');
  expect(up).toMatchObject({ code: 0, output: expect.stringContaining('inorder is up after') });
  const created = await call('OrderCreate', { userId: 1, items: [{ sku, count: 1 }] });
  const pids = system.pids();

  const down = await system.run('down');
  expect(down).toMatchObject({ code: 0, output: expect.stringContaining('inorder is down') });
  expect(alive(pids)).toEqual([]);

  expect(await system.run('up', '-d')).toMatchObject({ code: 0 });
  const order = await call('OrderInfo', created);
  expect(order).toMatchObject({ items: [{ sku: String(sku), count: 1 }] });
});

test('kill -9 of the supervisor leaves no process behind, and the next up goes on', async () => {
  expect(await system.run('up', '-d')).toMatchObject({ code: 0 });
  const pids = system.pids();
  expect(alive(pids)).toHaveLength(14);
  process.kill(system.state().supervisor, 'SIGKILL');
  await waitFor(() => alive(pids).length === 0, { what: 'all processes gone', timeoutMs: 60_000 });
  expect(await system.run('up', '-d')).toMatchObject({ code: 0 });
});

test('a second up says that it is up, and ps lists what runs', async () => {
  expect(await system.run('up', '-d')).toMatchObject({ code: 0 });
  expect(await system.run('up')).toMatchObject({
    code: 0,
    output: expect.stringContaining('already up'),
  });
  const { output } = await system.run('ps');
  const rows = output.trim().split('\n').slice(1);
  const services = rows.filter((row) => !/migrations|topics/.test(row));
  expect(services).toHaveLength(13);
  for (const row of services) expect(row).toMatch(/^\S+ +\d+ +ready +[\d,]+ +yes +0$/);
});

test('a service that is killed is started again', async () => {
  expect(await system.run('up', '-d')).toMatchObject({ code: 0 });
  const loms = () => system.state().parts.find(({ name }) => name === 'loms');
  process.kill(loms()!.pid!, 'SIGKILL');
  await waitFor(() => loms()?.restarts === 1 && loms()?.state === 'ready', {
    what: 'loms ready again',
    timeoutMs: 60_000,
  });
});

test('in the foreground it shows the logs by name, and SIGINT stops it in good order', async () => {
  const up = startProcess({ name: 'up', entry: 'deploy/local/up.ts', env: system.env });
  await up.waitForLine((line) => line.startsWith('inorder is up after'), 60_000);
  await up.waitForLine((line) => /^notifier-\d +\| ./.test(line));
  const pids = system.pids();
  up.kill('SIGINT');
  expect(await up.exit).toEqual({ code: 0, signal: null });
  expect(alive(pids)).toEqual([]);
});

test('a port that is taken is named, with who holds it and the setting that moves it', async () => {
  const { LOMS_HTTP_PORT } = system.settings;
  const squatter = createServer().listen(LOMS_HTTP_PORT, '127.0.0.1');
  await once(squatter, 'listening');
  const { code, output } = await system.run('up', '-d');
  squatter.close();
  expect(code).toBe(1);
  expect(output).toContain(`Port ${LOMS_HTTP_PORT}, which loms needs, is taken by`);
  if (process.platform === 'linux') expect(output).toContain(`(pid ${process.pid})`);
  expect(output).toMatch(/LOMS_HTTP_PORT=\d+ make up/);
  expect(existsSync(join(system.home, 'postgres'))).toBe(false);
});

test('without Java it says what to install, and leaves nothing running', async () => {
  const bin = join(system.home, 'bin');
  await mkdir(bin);
  for (const name of ['id', 'sh', 'rm']) await symlink(`/usr/bin/${name}`, join(bin, name));
  const up = startProcess({
    name: 'up',
    entry: 'deploy/local/up.ts',
    env: { ...system.env, PATH: bin },
  });
  await up.waitForLine((line) => line.includes('apt-get install openjdk'), 30_000);
  expect((await up.exit).code).toBe(1);
  expect(existsSync(join(system.home, 'run.json'))).toBe(false);
  expect(existsSync(join(system.home, 'postgres/postmaster.pid'))).toBe(false);
});
