import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { observeSettingsOf } from '../deploy/local/observe-parts.ts';
import { sendRequest } from '../deploy/local/observe-request.ts';
import { isPortFree } from '../deploy/local/port-free.ts';
import { createLocalSystem, type LocalSystem } from '../testing/engines/local-system.ts';
import { waitFor } from '../testing/wait-for.ts';

let bin: string;
let system: LocalSystem;

// The system finds no Go, so that nothing is built here: what needs it is tried by hand, and Zipkin runs without it.
beforeAll(async () => {
  bin = await mkdtemp(join(tmpdir(), 'inorder-test-bin-'));
  await writeFile(join(bin, 'go'), '#!/bin/sh\nexit 127\n', { mode: 0o755 });
  const { PATH = '' } = process.env;
  system = await createLocalSystem({ PATH: `${bin}:${PATH}` });
});
afterAll(async () => {
  await system.close();
  await rm(bin, { recursive: true, force: true });
});

const partOf = (name: string) => system.state().parts.find((part) => part.name === name);
const pidsOf = (names: readonly string[]) => names.map((name) => partOf(name)?.pid);

const call = async (rpc: string, body: unknown): Promise<Record<string, unknown>> => {
  const answer = await fetch(
    `http://127.0.0.1:${system.settings.LOMS_HTTP_PORT}/loms.v1.LomsService/${rpc}`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    },
  );
  expect(answer.status).toBe(200);
  return (await answer.json()) as Record<string, unknown>;
};

const items = [{ sku: 139_275_865, count: 1 }];
const services = ['loms', 'ops', 'outbox-publisher', 'notifier-1', 'notifier-2', 'notifier-3'];
const engines = ['postgres', 'kafka', 'redis'];

test('what is not up cannot be observed', async () => {
  expect(await system.run('observe')).toEqual({
    code: 1,
    output: expect.stringContaining('make up first'),
  });
  expect(await system.run('observe', '--off')).toMatchObject({ code: 0 });
});

test('observed, the services send traces, and have lost nothing', async () => {
  expect(await system.run('up', '-d')).toMatchObject({ code: 0 });
  const before = await call('OrderCreate', { userId: 1, items });
  const [oldServices, oldEngines] = [pidsOf(services), pidsOf(engines)];
  const { supervisor } = system.state();
  const request = sendRequest(system.home, supervisor, observeSettingsOf(system.settings, 'on'));
  await waitFor(() => system.state().answered?.request === request, {
    what: 'the supervisor to have turned it on',
    timeoutMs: 300_000,
  });
  expect(partOf('zipkin')).toMatchObject({ state: 'ready', restarts: 0 });
  for (const [index, pid] of pidsOf(services).entries()) expect(pid).not.toBe(oldServices[index]);
  expect(pidsOf(engines)).toEqual(oldEngines);
  expect(await call('OrderInfo', before)).toMatchObject({ userId: '1' });

  const { orderId } = await call('OrderCreate', { userId: 2, items });
  const zipkin = `http://127.0.0.1:${system.settings.ZIPKIN_PORT}/api/v2/traces`;
  const query = `annotationQuery=messaging.kafka.message.key%3D${String(orderId)}`;
  const servicesOfTrace = async () => {
    const traces = (await (await fetch(`${zipkin}?${query}`)).json()) as {
      localEndpoint: { serviceName: string };
    }[][];
    return new Set(traces.flat().map(({ localEndpoint }) => localEndpoint.serviceName));
  };
  const whole = ['loms', 'outbox-publisher', 'notifier'];
  await waitFor(async () => (await servicesOfTrace()).isSupersetOf(new Set(whole)), {
    what: 'the trace of the order',
    timeoutMs: 60_000,
  });
});

test('ps lists what observes, and what is killed starts again', async () => {
  expect((await system.run('ps')).output).toMatch(
    new RegExp(`^zipkin +\\d+ +ready +${system.settings.ZIPKIN_PORT} +yes +0$`, 'm'),
  );
  process.kill(partOf('zipkin')!.pid!, 'SIGKILL');
  await waitFor(() => partOf('zipkin')?.restarts === 1 && partOf('zipkin')?.state === 'ready', {
    what: 'Zipkin ready again',
    timeoutMs: 120_000,
  });
});

test('observed no longer, only that has stopped', async () => {
  const oldEngines = pidsOf(engines);
  expect(await system.run('observe', '--off')).toMatchObject({ code: 0 });
  expect(partOf('zipkin')).toBeUndefined();
  expect(await isPortFree(system.settings.ZIPKIN_PORT)).toBe(true);
  expect(pidsOf(engines)).toEqual(oldEngines);
  for (const name of services) expect(partOf(name)).toMatchObject({ state: 'ready' });
});
