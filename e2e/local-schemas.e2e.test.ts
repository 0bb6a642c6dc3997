import { waitFor } from '../testing/wait-for.ts';
import { alive, createLocalSystem, type LocalSystem } from '../testing/engines/local-system.ts';
import { runInorder } from '../testing/run-inorder.ts';

let system: LocalSystem;

beforeEach(async () => {
  system = await createLocalSystem({ SCHEMA_REGISTRY: 'on' });
});
afterEach(() => system.close());

const stateOf = (name: string) => system.state().parts.find((part) => part.name === name)?.state;

const schemas = (...args: string[]) =>
  runInorder(['schemas', ...args], {
    INORDER_OPS: `http://127.0.0.1:${system.settings['OPS_HTTP_PORT']}`,
  });

test('the schema registry comes up last; nobody waits for it, and it leaves nothing behind', async () => {
  expect(await schemas()).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Start it with `make up`'),
  });
  expect(await system.run('up', '-d')).toMatchObject({
    code: 0,
    output: expect.stringContaining('make schemas'),
  });
  expect(stateOf('schemas')).not.toBe('done');
  // the registry is still starting
  const pids = system.pids();
  expect(await system.run('down')).toMatchObject({ code: 0 });
  expect(alive(pids)).toEqual([]);

  expect(await system.run('up', '-d')).toMatchObject({ code: 0 });
  await waitFor(() => stateOf('schemas') === 'done', { what: 'schemas', timeoutMs: 120_000 });
  const list = await schemas();
  expect(list.stdout).toMatch(/^loms\.order-events-value +loms\.order-events +1 +BACKWARD$/m);
  const { stdout } = await schemas('show', 'loms.order-events-value');
  expect(JSON.parse(stdout)).toMatchObject({ title: 'loms.v1.OrderStatusChanged' });
  expect((await system.run('ps')).output).toMatch(/^schema-registry +\d+ +ready +\d+ +yes +0$/m);

  const all = system.pids();
  process.kill(system.state().supervisor, 'SIGKILL');
  await waitFor(() => alive(all).length === 0, { what: 'all processes gone', timeoutMs: 60_000 });
});
