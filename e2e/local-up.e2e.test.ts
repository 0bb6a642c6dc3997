import { createServer } from 'node:net';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '../testing/wait-for.ts';
import { alive, createLocalSystem, type LocalSystem } from '../testing/engines/local-system.ts';
import { logFileOf } from '../deploy/local/start-part.ts';
import { topologyOf } from '../deploy/local/topology.ts';
import { startProcess } from '../testing/engines/process.ts';

const sku = 139_275_865;
let system: LocalSystem;
const running = () => topologyOf(system.settings).filter(({ kind }) => kind !== 'task');

// Each test starts from the state that the previous one left, and starts or stops first what it needs.
beforeAll(async () => {
  system = await createLocalSystem();
});
afterAll(() => system.close());

const up = async () => {
  const done = await system.run('up', '-d');
  expect(done).toMatchObject({ code: 0 });
  return done.output;
};
const down = async () => expect(await system.run('down')).toMatchObject({ code: 0 });

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
  const refused = startProcess({
    name: 'up',
    entry: 'deploy/local/up.ts',
    // Redis needs no Java, but there is no Maven either to fetch it with.
    env: { ...system.env, PATH: bin, REDIS: 'off' },
  });
  await refused.waitForLine((line) => line.includes('apt-get install openjdk'));
  expect((await refused.exit).code).toBe(1);
  expect(existsSync(join(system.home, 'run.json'))).toBe(false);
  expect(existsSync(join(system.home, 'postgres/postmaster.pid'))).toBe(false);
});

test('in the foreground it shows the logs by name, and SIGINT stops it in good order', async () => {
  const foreground = startProcess({ name: 'up', entry: 'deploy/local/up.ts', env: system.env });
  await foreground.waitForLine((line) => line.startsWith('inorder is up after'), 120_000);
  await foreground.waitForLine((line) => /^notifier-\d +\| ./.test(line));
  const pids = system.pids();
  foreground.kill('SIGINT');
  expect(await foreground.exit).toEqual({ code: 0, signal: null });
  expect(alive(pids)).toEqual([]);
});

test('what was saved is there after down and up', async () => {
  await down();
  expect(await up()).toContain('inorder is up after');
  const created = await call('OrderCreate', { userId: 1, items: [{ sku, count: 1 }] });
  const pids = system.pids();

  const stopped = await system.run('down');
  expect(stopped).toMatchObject({ code: 0, output: expect.stringContaining('inorder is down') });
  expect(alive(pids)).toEqual([]);

  await up();
  const order = await call('OrderInfo', created);
  expect(order).toMatchObject({ items: [{ sku: String(sku), count: 1 }] });
});

test('a second up says that it is up, and ps lists what runs', async () => {
  await up();
  expect(await system.run('up')).toMatchObject({
    code: 0,
    output: expect.stringContaining('already up'),
  });
  const listServices = async () => {
    const { output } = await system.run('ps');
    const rows = output.trim().split('\n').slice(1);
    return rows.filter((row) => !/migrations|topics/.test(row));
  };
  expect(await listServices()).toHaveLength(running().length);
  // ps shows the state at this moment, and a service may briefly have left its consumer group.
  const isReady = (row: string) => /^\S+ +\d+ +ready +[\d,]+ +yes +0$/.test(row);
  const allReady = async () => (await listServices()).every(isReady);
  await waitFor(allReady, { what: 'ps to list all services as ready', timeoutMs: 120_000 });
});

test('the calls of README do what it says', async () => {
  await up();
  const calls = startProcess({ name: 'test-api', entry: 'tools/test-api.ts', env: system.env });
  const { code } = await calls.exit;
  const said = calls.lines.join('\n');
  expect([code, said]).toEqual([0, expect.stringContaining(' 0 FAILED')]);
  // this machine may not have grpcurl
  expect(Number(/^(\d+) ok/m.exec(said)?.[1])).toBeGreaterThanOrEqual(27);
  const types = ['accepted', 'issued', 'returned_by_client', 'returned_to_courier'];
  const log = logFileOf(system.settings, 'pvz-notifier');
  const areLogged = () => {
    const logged = readFileSync(log, 'utf8');
    return types.every((type) => logged.includes(`"event_type":"order_${type}"`));
  };
  await waitFor(areLogged, { what: 'the events of the pick-up point in the log' });
});

test('a service that is killed is started again', async () => {
  await up();
  const loms = () => system.state().parts.find(({ name }) => name === 'loms');
  const restarts = loms()!.restarts;
  process.kill(loms()!.pid!, 'SIGKILL');
  await waitFor(() => loms()?.restarts === restarts + 1 && loms()?.state === 'ready', {
    what: 'loms ready again',
    timeoutMs: 120_000,
  });
});

test('kill -9 of the supervisor leaves no process behind, and the next up goes on', async () => {
  await up();
  const pids = system.pids();
  expect(alive(pids)).toHaveLength(running().length + 1);
  process.kill(system.state().supervisor, 'SIGKILL');
  await waitFor(() => alive(pids).length === 0, { what: 'all processes gone', timeoutMs: 60_000 });
  await up();
});

test('the engines alone, and one service in the foreground against them', async () => {
  await down();
  expect((await system.run('up', '-d', '--engines')).output).toContain('no service runs');
  const whole = await system.run('up', '-d');
  expect([whole.code, whole.output]).toEqual([
    1,
    expect.stringContaining('Only the engines are up'),
  ]);
  const run = (name: string) =>
    startProcess({ name, entry: 'deploy/local/run.ts', args: [name], env: system.env });

  const unknown = run('paiment');
  expect((await unknown.exit).code).toBe(1);
  expect(unknown.lines.join('\n')).toMatch(/^There is no service paiment\. There are: .*payment/);

  const payment = run('payment');
  await payment.waitForLine((line) => line.includes('HTTP is open'), 60_000);
  const second = run('payment');
  expect((await second.exit).code).toBe(1);
  expect(second.lines.join('\n')).toMatch(/PAYMENT_HTTP_PORT=\d+ make run s=payment/);
  const { PAYMENT_HTTP_PORT } = system.settings;
  const ready = await fetch(`http://127.0.0.1:${PAYMENT_HTTP_PORT}/readyz`);
  expect(ready.status).toBe(200);
  expect(await payment.stop()).toEqual({ code: 0, signal: null });
});
